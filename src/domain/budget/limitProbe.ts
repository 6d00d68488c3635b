import { callsBetween } from './callCurve.js';
import { LARGEST_STEP, LEAST_STEP } from './limitParameters.js';
import { boundedRate, dwellMs, toldUntilMs } from './limitTrust.js';
import type { LimitState } from './limitState.js';

/** Calls that may be missing at the edges of a count. */
const COUNT_SLACK = 1.5;

/** Once a rate has held for a dwell while calls were made: takes a raised one for proven, and tries a higher one if it is paid for. */
export function probeWhenProven(state: LimitState, nowMs: number): LimitState {
  const { probe, provenPerSecond: proven, pacePerSecond: pace } = state;
  if (state.mode !== 'track' || proven === null || pace === null) return state;
  if (state.gate.unproven || state.unjudged !== null || nowMs < state.gate.untilMs) return state;
  const dwell = dwellMs(state);
  const elapsedMs = nowMs - probe.sinceMs;
  if (elapsedMs < dwell) return state;
  const toldMs = Math.max(1, toldUntilMs(state, nowMs) - probe.sinceMs);
  const used = callsBetween(state.accepted, probe.sinceMs, probe.sinceMs + toldMs) + COUNT_SLACK;
  // A raised rate that was not used says nothing: at least part of the raise has to be.
  const shown = Math.max(0.9 * proven, proven + 0.4 * (pace - proven));
  const held = probe.running && used >= (shown * toldMs) / 1000;
  const provenNow = held ? pace : proven;
  const step = held ? Math.min(LARGEST_STEP, 2 * (pace / proven - 1)) : probe.step;
  const notBeforeMs = held ? nowMs : probe.notBeforeMs;
  // Never while idle: a rate that nobody uses proves nothing.
  const busy = used >= (0.85 * provenNow * toldMs) / 1000;
  const tries = busy && probe.credit >= 1 && nowMs >= notBeforeMs;
  const failed =
    probe.failedPerSecond !== null && provenNow < 0.98 * probe.failedPerSecond ? probe.failedPerSecond : null;
  return {
    ...state,
    provenPerSecond: provenNow,
    windowMs: shorterWindow(state, provenNow),
    pacePerSecond: tries ? boundedRate(provenNow * (1 + nextStep(provenNow, step, failed))) : provenNow,
    probe: {
      ...probe,
      running: tries,
      step,
      failedPerSecond: failed,
      gapDwells: held ? 1 : probe.gapDwells,
      notBeforeMs,
      sinceMs: nowMs,
    },
  };
}

/** A cycle whose length was only bounded is no longer than its calls take at a rate that has held. */
function shorterWindow({ windowMs, callsOfCycle }: LimitState, proven: number): number | null {
  if (windowMs === null || callsOfCycle === null) return windowMs;
  return Math.max(1000, Math.min(windowMs, (callsOfCycle * 1000) / proven));
}

/** Towards a rate that failed not long ago in halves, not past it. */
function nextStep(proven: number, step: number, failed: number | null): number {
  return failed === null ? step : Math.min(step, Math.max(LEAST_STEP, Math.sqrt(failed / proven) - 1));
}
