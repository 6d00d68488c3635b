import { z } from 'zod';
import { type RetryAdvice, retryAdvice } from '../control/retryAfterForm.js';

/**
 * What a refusal says about when to come back.
 *
 * `exact`: the seconds until it opens, rounded up, in the header (and the body's text, as Genesys words it). `early:30`: always
 * 30 s, which is not when it opens. `date`: the header is an HTTP date. `body`: "Retry the request in [n] seconds" and no
 * header; `words`: the same in minutes or hours, rounded up, from two minutes on. `date:30`, `body:30`, `words:30`: the same,
 * always 30 s. `absent`: nothing.
 */
export const Told = z.union(
  [
    z.enum(['exact', 'date', 'body', 'words', 'absent']),
    z.templateLiteral([z.enum(['early', 'date', 'body', 'words']), ':', z.number().positive()]),
  ],
  'not a way to tell: exact, early:30, date, body, words, absent; date:30, body:30 and words:30 always tell 30 s',
);
export type Told = z.infer<typeof Told>;

/** The longest that a refusal tells to stay away, in seconds: where nothing is known to open the limit it says so much. */
const LONGEST_SECONDS = 86_400;

/** What a refusal by a limit says that opens at an instant (Infinity where nobody knows); `exact` is so many seconds at least. */
export function toldAdvice(told: Told, opensAtMs: number, nowMs: number, atLeastSeconds = 1): RetryAdvice {
  const [form, always] = told.split(':');
  const exact = Math.min(LONGEST_SECONDS, Math.max(atLeastSeconds, Math.ceil((opensAtMs - nowMs) / 1000)));
  const seconds = always === undefined ? exact : Math.ceil(Number(always));
  const untilMs = nowMs + seconds * 1000;
  switch (form) {
    case 'absent':
      return retryAdvice(null, nowMs);
    case 'date': {
      const atMs = always === undefined ? Math.min(opensAtMs, untilMs) : untilMs;
      return retryAdvice(new Date(Math.ceil(atMs / 1000) * 1000).toUTCString(), nowMs);
    }
    case 'body':
      return retryAdvice({ form: 'body', seconds }, nowMs);
    case 'words':
      return inWords(seconds, nowMs);
    default:
      return retryAdvice(seconds, nowMs);
  }
}

function inWords(seconds: number, nowMs: number): RetryAdvice {
  const [unit, length] =
    seconds < 120
      ? (['seconds', 1] as const)
      : seconds < 7200
        ? (['minutes', 60] as const)
        : (['hours', 3600] as const);
  const amount = Math.ceil(seconds / length);
  return { header: null, body: `[${amount.toString()}] ${unit}`, untilMs: nowMs + amount * length * 1000 };
}
