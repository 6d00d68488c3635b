import { httpDateMs, retryAfterMs } from './retryAfter.js';

/** Wait after a refusal that names no instant; tripled with each such refusal in a row. Source: Genesys's own SDKs (3, 9, 27 s). */
export const UNTOLD_WAIT_MS = 3_000;
const LONGEST_UNTOLD_WAIT_MS = 27_000;

/** Temporal fails an activity at once on a delay of 0, and rounds what is below a second. */
const SHORTEST_RETRY_MS = 1_000;
/** A longer wait wakes once a day, looks at the gate and waits on. */
const LONGEST_RETRY_MS = 24 * 3_600_000;

const LARGEST_INSTANT_MS = 8_640_000_000_000_000;

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
 * The instant before which nothing should be asked again, in milliseconds since the epoch.
 *
 * From `Retry-After`; where there is none, from "Retry the request in [n] seconds" in the body; else from the token window's
 * remainder (and a second, because nobody says how that is rounded); else backoff. A `Retry-After` that is there but cannot be
 * read means backoff: it does not make the other sources true.
 *
 * @param untoldBefore refusals without a readable instant directly before this one.
 */
export function retryInstantMs(refusal: Refusal, untoldBefore = 0): number {
  const waitMs = toldWaitMs(refusal) ?? untoldWaitMs(untoldBefore);
  return Math.min(refusal.receivedMs + waitMs, LARGEST_INSTANT_MS);
}

/** The wait that the refusal named, in milliseconds; undefined when it named none that can be read. */
export function toldWaitMs(refusal: Refusal): number | undefined {
  if (refusal.retryAfter !== null) {
    const serverNowMs = refusal.date === null ? undefined : httpDateMs(refusal.date.trim(), refusal.receivedMs);
    return retryAfterMs(refusal.retryAfter, serverNowMs ?? refusal.receivedMs);
  }
  const inBody = /retry the request in \[(\d+)\] seconds/i.exec(refusal.bodyText)?.[1];
  if (inBody !== undefined) return retryAfterMs(inBody, refusal.receivedMs);
  const reset = refusal.rateLimitReset?.trim() ?? '';
  if (/^\d{1,9}$/.test(reset)) return (Number(reset) + 1) * 1000;
  return undefined;
}

function untoldWaitMs(untoldBefore: number): number {
  return Math.min(UNTOLD_WAIT_MS * 3 ** Math.max(0, untoldBefore), LONGEST_UNTOLD_WAIT_MS);
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
