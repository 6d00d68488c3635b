import { callsBetween } from './callCurve.js';
import { MARGIN } from './limitParameters.js';
import { boundedRate } from './limitTrust.js';
import { roundWindowMs } from './roundWindow.js';
import type { LimitState } from './limitState.js';

/**
 * A closure much longer than the tracked window ended: a limit around it, such as a day's quota.
 *
 * Its length shows only when it opens the second time.
 */
export function outerReopened(state: LimitState, reopening: { byMs: number; notBeforeMs: number }): LimitState {
  const { outer } = state;
  if (outer === null) return { ...state, outer: { ...reopening, windowMs: null, ratePerSecond: null } };
  const [least, most] = [reopening.notBeforeMs - outer.byMs, reopening.byMs - outer.notBeforeMs];
  const about = reopening.byMs - outer.byMs;
  const windowMs = roundWindowMs(Math.min(least, about * 0.97), Math.max(most, about * 1.03)) ?? Math.max(1, about);
  const calls = callsBetween(state.accepted, outer.byMs, reopening.byMs);
  const ratePerSecond = boundedRate(((1 - MARGIN / 2) * calls * 1000) / windowMs);
  return { ...state, outer: { ...reopening, windowMs, ratePerSecond } };
}
