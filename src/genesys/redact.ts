import { hideInText } from '../telemetry/hideInText.js';

/** Removes credentials, signed URLs and mail addresses from a text that may reach a log line, a message or a workflow history. */
export type Redact = (text: string) => string;

/** Shorter secrets would blot out ordinary words. */
const SHORTEST_SECRET = 6;

/** @param secrets asked at each use, because tokens change. */
export function redactor(secrets: () => readonly string[]): Redact {
  return (text) =>
    hideInText(
      text,
      secrets().filter((secret) => secret.length >= SHORTEST_SECRET),
    );
}

/** A cause that is safe to keep: name, code and message of an error from below, without its properties. */
export function cleanCause(thrown: unknown, redact: Redact): Error {
  if (!(thrown instanceof Error)) return new Error(redact(String(thrown)));
  const code = 'code' in thrown && typeof thrown.code === 'string' ? ` (${thrown.code})` : '';
  const clean = new Error(redact(`${thrown.name}: ${thrown.message}${code}`));
  // The stack of an error from below repeats its message.
  clean.stack = `${clean.name}: ${clean.message}`;
  return clean;
}
