import { callsBetween } from './callCurve.js';
import { FIRST_STEP, LARGEST_GAP, LEAST_STEP, MARGIN, SETTLE_MS } from './limitParameters.js';
import { boundedRate, datedRate, dwellMs } from './limitTrust.js';
import type { LimitState } from './limitState.js';

/** Judges the last closure once the workers have told what went before it, or the gate opens again. */
export function judgeWhenSettled(state: LimitState, nowMs: number): LimitState {
  const { unjudged } = state;
  return unjudged !== null && nowMs >= unjudged.atMs + SETTLE_MS ? judgeClosure(state, unjudged) : state;
}

/** Draws from a closure what it says of the rate. */
export function judgeClosure(
  state: LimitState,
  { atMs, toldMs }: { readonly atMs: number; readonly toldMs: number | null },
): LimitState {
  const judged = { ...state, unjudged: null };
  if (judged.mode !== 'track' || judged.provenPerSecond === null) return judged;
  // A wait of several windows is another limit's, around this one.
  if (toldMs !== null && judged.windowMs !== null && toldMs > 3 * judged.windowMs) return judged;
  return judged.probe.running
    ? afterFailedProbe(judged, judged.provenPerSecond, atMs, toldMs)
    : afterProvenRateFailed(judged, judged.provenPerSecond, atMs, toldMs);
}

/** A try for more was refused: back to what has held, without a cut. */
function afterFailedProbe(state: LimitState, proven: number, atMs: number, toldMs: number | null): LimitState {
  const dated = datedRate(state, atMs, toldMs);
  const pace = state.pacePerSecond ?? proven;
  const rate = dated === null ? proven : Math.min(pace, Math.max(proven, dated));
  const gapDwells = Math.min(LARGEST_GAP, 2 * state.probe.gapDwells);
  return {
    ...state,
    provenPerSecond: rate,
    pacePerSecond: rate,
    lastJudgedAsTooFast: false,
    probe: {
      ...state.probe,
      running: false,
      step: Math.max(LEAST_STEP, state.probe.step / 4),
      gapDwells,
      notBeforeMs: atMs + gapDwells * dwellMs(state),
    },
  };
}

/** A rate that had held was refused: the limit fell, or it was measured too high. */
function afterProvenRateFailed(state: LimitState, proven: number, atMs: number, toldMs: number | null): LimitState {
  const previousMs = state.closures[state.closures.length - 2]?.atMs ?? null;
  const sinceMs = previousMs === null ? Number.POSITIVE_INFINITY : atMs - previousMs;
  const near = sinceMs > 0 && sinceMs < 3 * (state.windowMs ?? 0);
  const measured = datedRate(state, atMs, toldMs) ?? (near ? rateBetween(state, previousMs ?? atMs, atMs) : null);
  const rate = boundedRate(
    Math.max(0.3 * proven, Math.min(measured ?? proven * (near ? 0.9 : 1 - MARGIN), proven * (1 - MARGIN / 2))),
  );
  return {
    ...state,
    provenPerSecond: rate,
    pacePerSecond: rate,
    lastJudgedAsTooFast: true,
    probe: { ...state.probe, running: false, step: FIRST_STEP, gapDwells: 1, notBeforeMs: atMs + dwellMs(state) },
  };
}

/** Rate from refusal to refusal, where enough lies between them. */
function rateBetween(state: LimitState, fromMs: number, toMs: number): number | null {
  const calls = callsBetween(state.accepted, fromMs, toMs);
  if (toMs - fromMs <= 0.6 * (state.windowMs ?? 0) && calls < 15) return null;
  return ((1 - MARGIN) * calls * 1000) / (toMs - fromMs);
}
