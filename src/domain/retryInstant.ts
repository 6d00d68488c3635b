import { httpDateMs, retryAfterMs } from './retryAfter.js';
import { waitInBody } from './waitInBody.js';

/** Wait after a refusal that names no instant; tripled with each such refusal in a row. Source: Genesys's own SDKs (3, 9, 27 s). */
export const UNTOLD_WAIT_MS = 3_000;
const LONGEST_UNTOLD_WAIT_MS = 27_000;

/** Temporal fails an activity at once on a delay of 0, and rounds what is below a second. */
const SHORTEST_RETRY_MS = 1_000;
/** A longer wait wakes once a day, looks at the gate and waits on. */
const LONGEST_RETRY_MS = 24 * 3_600_000;

/** A longer wait than any quota has: what names it is not to be believed, and a call after that long harms nobody. */
export const LONGEST_TOLD_WAIT_MS = 31 * 24 * 3_600_000;

/** What a refusal said about when to come back. Header values as received, null where absent. */
export interface Refusal {
  readonly retryAfter: string | null;
  /** `inin-ratelimit-reset`: seconds left in the token's window. */
  readonly rateLimitReset: string | null;
  /** `Date`, so that a date in `Retry-After` is read by the clock that wrote it. */
  readonly date: string | null;
  readonly bodyText: string;
  /** When the refusal was read, milliseconds since the epoch. */
  readonly receivedMs: number;
}

/**
 * The wait that a refusal named, in whole milliseconds of at most 31 days; undefined when it named none that can be read.
 *
 * From `Retry-After`; where there is none, from "Retry the request in [n] seconds" in the body; else from the token window's
 * remainder (and a second, because nobody says how that is rounded); else from a window that the body names. A `Retry-After` that is
 * there but cannot be read means backoff: it does not make the other sources true.
 */
export function toldWaitMs(refusal: Refusal): number | undefined {
  const told = waitAsToldMs(refusal);
  return told === undefined ? undefined : Math.min(told, LONGEST_TOLD_WAIT_MS);
}

function waitAsToldMs({ retryAfter, rateLimitReset, date, bodyText, receivedMs }: Refusal): number | undefined {
  if (retryAfter !== null) {
    const serverNowMs = date === null ? undefined : httpDateMs(date.trim(), receivedMs);
    return retryAfterMs(retryAfter, serverNowMs ?? receivedMs);
  }
  const { retryInMs, windowMs } = waitInBody(bodyText);
  if (retryInMs !== undefined) return retryInMs;
  const reset = rateLimitReset?.trim() ?? '';
  if (/^\d{1,5}$/.test(reset)) return (Number(reset) + 1) * 1000;
  return windowMs;
}

/**
 * The wait after a refusal that named none: 3 s, then 9, then 27.
 *
 * @param untoldBefore such refusals directly before this one, those of calls that had left before the gate closed aside.
 */
export function untoldWaitMs(untoldBefore: number): number {
  const times = Math.min(Math.max(0, Math.trunc(untoldBefore) || 0), 3);
  return Math.min(UNTOLD_WAIT_MS * 3 ** times, LONGEST_UNTOLD_WAIT_MS);
}

/**
 * Delay for Temporal's `nextRetryDelay`, in whole milliseconds within [1 s, 24 h]; total: no input gives NaN, 0 or less.
 *
 * Never shorter than told (a wait of over a day excepted), and spread upwards by at most the smaller of 10 % and 5 s, so that a
 * fleet does not return in step.
 *
 * @param random01 in [0, 1).
 */
export function nextRetryDelayMs(retryAtMs: number, nowMs: number, random01: number): number {
  const toldMs = retryAtMs - nowMs;
  if (Number.isNaN(toldMs)) return UNTOLD_WAIT_MS;
  const waitMs = Math.min(Math.max(toldMs, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
  const share = random01 >= 0 && random01 <= 1 ? random01 : 0;
  return Math.min(Math.ceil(waitMs + share * Math.min(waitMs / 10, 5_000)), LONGEST_RETRY_MS);
}
