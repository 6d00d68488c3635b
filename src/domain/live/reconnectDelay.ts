/** The first try comes at once, but for this much chance: many listeners may have lost the same server. */
const FIRST_WITHIN_MS = 250;
/** Longest wait before the second try; it doubles with each further one. */
const SECOND_WITHIN_MS = 1_000;
/** Whatever came before, somebody listens again within 15 s of the last loss where Genesys lets them: 8 s, and the calls that open a channel. */
const LONGEST_MS = 8_000;

/**
 * Milliseconds to wait before a channel is opened again.
 *
 * @param attempt tries that failed, and connections that did not last, since one did. From 0.
 * @param chance from 0 up to 1: waits differ from listener to listener, by up to a half.
 * @param notBeforeMs what an answer asked to be waited for at least, such as `Retry-After`; kept even where it is longer than any wait
 *   of ours.
 */
export function reconnectDelayMs(attempt: number, chance: number, notBeforeMs = 0): number {
  const longest = attempt === 0 ? FIRST_WITHIN_MS : Math.min(LONGEST_MS, SECOND_WITHIN_MS * 2 ** (attempt - 1));
  const own = attempt === 0 ? chance * longest : longest * (0.5 + chance / 2);
  // Not all of those that wait for one instant are to come at that instant.
  return Math.round(notBeforeMs > own ? notBeforeMs + chance * FIRST_WITHIN_MS : own);
}
