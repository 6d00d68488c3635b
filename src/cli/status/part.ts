import { knownSecrets, withoutSecrets } from '../../config/knownSecrets.js';

/** One part of a report: what was found, or why it cannot be said. Parts never take each other down. */
export type Part<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/**
 * Asks for one part; whatever goes wrong becomes its reason.
 *
 * @param withinMs after which the part counts as not answered.
 */
export async function part<T>(withinMs: number, ask: () => Promise<T>): Promise<Part<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs / 1000} s`)), withinMs);
  });
  try {
    return { known: true, value: await Promise.race([ask(), late]) };
  } catch (error) {
    return { known: false, why: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** What an error says, without secrets and in one line. */
export function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return withoutSecrets(said, knownSecrets(process.env, process.cwd())).replaceAll(/\s+/g, ' ');
}
