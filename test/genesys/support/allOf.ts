import { inspect } from 'node:util';
import { CLIENT_SECRET, TOKEN } from './organisation.js';

/** Texts that must not be seen anywhere: the secret, every token, and the two of them as Basic credentials. */
export const CLIENT_SECRETS = [CLIENT_SECRET, TOKEN, Buffer.from(`client-1:${CLIENT_SECRET}`).toString('base64')];

/** Everything that a thrown value shows when it is serialised with all its causes, stacks and own properties. */
export function allOf(thrown: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = thrown; at !== undefined && at !== null; at = (at as { cause?: unknown }).cause) {
    parts.push(inspect(at, { depth: 9, showHidden: true }), JSON.stringify(at));
    if (at instanceof Error) parts.push(at.stack ?? '', JSON.stringify(Object.getOwnPropertyDescriptors(at)));
  }
  return parts.join('\n');
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => {
      throw new Error(`did not fail, but gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
