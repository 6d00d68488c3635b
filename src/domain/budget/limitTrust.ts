import {
  DWELL_OVER_MS,
  GUESSED_WINDOW_MS,
  LEAST_DWELL_MS,
  LEAST_PER_SECOND,
  LEAST_TALLY_MS,
  LONGEST_TALLY_MS,
  DATED_MARGIN_CALLS,
  LARGEST_DATED_MARGIN,
  LEAST_DATED_MARGIN,
  MOST_PER_SECOND,
} from './limitParameters.js';
import { callsBetween } from './callCurve.js';
import { isRoundWindow } from './roundWindow.js';
import type { LimitState } from './limitState.js';

/** Whether the instants that refusals name may be taken for the limit's opening. */
export function isTrusted({ told }: LimitState): boolean {
  return told.broken === 0 || told.kept > 4 * told.broken;
}

/** How long a rate has to hold before it means anything: a window where refusals date it, two where they do not. */
export function dwellMs(state: LimitState): number {
  const windowMs = state.windowMs ?? GUESSED_WINDOW_MS;
  const dated = state.told.kept > 0 && isTrusted(state) && state.told.longestMs > 0.3 * windowMs;
  return Math.max(LEAST_DWELL_MS, (dated ? 1.1 : 2) * windowMs + DWELL_OVER_MS);
}

/** How often tallies are wanted while a rate is kept: four to a dwell. */
export function tallyGapMs(state: LimitState): number {
  return Math.min(LONGEST_TALLY_MS, Math.max(LEAST_TALLY_MS, dwellMs(state) / 4));
}

/** Until when every worker has told what it did, as long as they tell in time. */
export function toldUntilMs(state: LimitState, nowMs: number): number {
  return nowMs - tallyGapMs(state) - 500;
}

/**
 * The rate of the window that a refusal dates by the wait it names, less the margin; null where it dates none.
 *
 * Exact where told waits have proved right: what ends in `toldMs` began a window earlier.
 */
export function datedRate(state: LimitState, atMs: number, toldMs: number | null): number | null {
  const { windowMs, told } = state;
  if (toldMs === null || windowMs === null || told.kept < 2 || !isTrusted(state)) return null;
  if (toldMs > 1.02 * windowMs) return null;
  // Told waits are rounded up, and a window may be measured a little short: calls at its very start belong to it.
  const slackMs = 700 + (isRoundWindow(windowMs) ? 0 : 0.005 * windowMs);
  const calls = callsBetween(state.accepted, atMs + toldMs - windowMs - slackMs, atMs);
  // A few calls, whatever the quota: what leaves late or together is a matter of calls, not of shares.
  const margin = Math.min(LARGEST_DATED_MARGIN, Math.max(LEAST_DATED_MARGIN, DATED_MARGIN_CALLS / Math.max(1, calls)));
  return ((1 - margin) * calls * 1000) / windowMs;
}

/** A rate within what is possible, whatever came out of a division. */
export function boundedRate(perSecond: number): number {
  if (Number.isNaN(perSecond)) return LEAST_PER_SECOND;
  return Math.min(MOST_PER_SECOND, Math.max(LEAST_PER_SECOND, perSecond));
}
