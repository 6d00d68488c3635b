import { callsBetween } from './callCurve.js';
import { jobsLimitFrom } from './jobsLimit.js';
import { learnFromCycles } from './learnLimit.js';
import {
  CALLS_PER_REFUSAL,
  FIRST_STEP,
  LARGEST_GAP,
  LEARNING_PER_SECOND,
  LEAST_STEP,
  MARGIN,
  RATE_ARRIVES_MS,
  SETTLE_MS,
} from './limitParameters.js';
import { boundedRate, datedRate, dwellMs, tallyGapMs } from './limitTrust.js';
import type { LimitState } from './limitState.js';

/** Closures within a third of a window that may be what an earlier one left behind. */
const MOST_EXCUSED = 2;

/** Judges the last closure once the workers have told what went before it, or the gate opens again. */
export function judgeWhenSettled(state: LimitState, nowMs: number): LimitState {
  const { unjudged } = state;
  return unjudged !== null && nowMs >= (judgedAtMs(state) ?? nowMs) ? judgeClosure(state, unjudged) : state;
}

/** When the last closure is judged, if no event does it before; null when none waits for it. */
export function judgedAtMs(state: LimitState): number | null {
  return state.unjudged === null ? null : state.unjudged.atMs + settleMs(state);
}

/** A worker tells when it sees the gate closed, that is when it next calls; or with its next tally. */
function settleMs(state: LimitState): number {
  const severalCallsMs = 4_000 / (state.pacePerSecond ?? LEARNING_PER_SECOND);
  return Math.max(SETTLE_MS, Math.min(severalCallsMs, tallyGapMs(state) + 500));
}

/** Draws from a closure what it says of the rate. */
export function judgeClosure(
  state: LimitState,
  { atMs, toldMs }: { readonly atMs: number; readonly toldMs: number | null },
): LimitState {
  const judged = {
    ...state,
    unjudged: null,
    callsBeforeFirstRefusal:
      state.callsBeforeFirstRefusal ?? callsBetween(state.accepted, Number.NEGATIVE_INFINITY, atMs),
    callsOfCycle: state.mode === 'track' ? null : state.callsOfCycle,
  };
  if (jobsLimitFrom(judged, atMs).mode === 'jobs') return jobsLimitFrom(judged, atMs);
  if (judged.mode === 'learn') return anticipated(judged);
  if (judged.mode !== 'track' || judged.provenPerSecond === null) return judged;
  // A wait of several windows is another limit's, around this one.
  if (toldMs !== null && judged.windowMs !== null && toldMs > 3 * judged.windowMs) return judged;
  return judged.probe.running
    ? afterFailedProbe(judged, judged.provenPerSecond, atMs, toldMs)
    : afterProvenRateFailed(judged, judged.provenPerSecond, atMs, toldMs);
}

/**
 * The pace that the cycle which ends when the gate opens will give, in force already when it opens.
 *
 * Only where the told instant is the opening: a rate takes seconds to reach the queue, and a small quota is used up by then.
 */
function anticipated(state: LimitState): LimitState {
  const { gate } = state;
  if (!gate.unproven || !gate.asTold || gate.tooEarly > 0 || state.told.kept === 0) return state;
  const learnt = learnFromCycles(state, { byMs: gate.untilMs, notBeforeMs: gate.untilMs - 1000 });
  return { ...state, pacePerSecond: learnt.pacePerSecond };
}

/** A try for more was refused: back to what has held, without a cut. */
function afterFailedProbe(state: LimitState, proven: number, atMs: number, toldMs: number | null): LimitState {
  const dated = datedRate(state, atMs, toldMs);
  const pace = state.pacePerSecond ?? proven;
  const rate = dated === null ? proven : Math.min(pace, Math.max(proven, dated));
  const gapDwells = Math.min(largestGapDwells(state), 2 * state.probe.gapDwells);
  return {
    ...state,
    provenPerSecond: rate,
    pacePerSecond: rate,
    lastJudgedAsTooFast: false,
    cutMs: atMs,
    pacedBeforeCut: pace,
    probe: {
      ...state.probe,
      running: false,
      failedPerSecond: pace,
      step: Math.max(LEAST_STEP, state.probe.step / 4, Math.sqrt(pace / rate) - 1),
      gapDwells,
      notBeforeMs: atMs + gapDwells * dwellMs(state),
    },
  };
}

/** Where a dwell is a window and holds many calls, a change is found soon, and each try costs part of a window. */
function largestGapDwells(state: LimitState): number {
  const windowMs = state.windowMs ?? 0;
  const calls = ((state.provenPerSecond ?? 0) * windowMs) / 1000;
  return dwellMs(state) < 1.5 * windowMs && calls >= CALLS_PER_REFUSAL ? 2 * LARGEST_GAP : LARGEST_GAP;
}

/** A rate that had held was refused: the limit fell, or it was measured too high. */
function afterProvenRateFailed(state: LimitState, proven: number, atMs: number, toldMs: number | null): LimitState {
  const below = proven * (1 - MARGIN / 2);
  const series = seriesStartMs(state, atMs);
  // A bucket dates nothing: what is refused again and again is a rate that is too fast, whatever a count of calls says.
  const again = closuresSince(state, atMs - 0.3 * (state.windowMs ?? 0), atMs) > MOST_EXCUSED;
  const dated = again ? null : datedRate(state, atMs, toldMs);
  // The quota is what it was: a few calls came together, or a rolling window was still short of those that an earlier gate held back.
  if (dated !== null && dated >= below) return state;
  const measured = dated ?? windowRate(state, atMs, below) ?? seriesRate(state, series, atMs);
  // Right after a cut, calls still leave at the old rate, and a rolling window is still full of them.
  const aftermath = atMs - state.cutMs < Math.max(RATE_ARRIVES_MS, 0.3 * (state.windowMs ?? 0)) && atMs >= state.cutMs;
  if (aftermath && !again && measured === null) return state;
  const guessed = proven * (series === null ? 1 - MARGIN : 0.9);
  const rate = boundedRate(Math.max(0.3 * proven, Math.min(measured ?? guessed, below)));
  return {
    ...state,
    provenPerSecond: rate,
    pacePerSecond: rate,
    lastJudgedAsTooFast: true,
    cutMs: atMs,
    probe: {
      ...state.probe,
      running: false,
      step: FIRST_STEP,
      gapDwells: 1,
      notBeforeMs: atMs + dwellMs(state),
      failedPerSecond: null,
    },
    pacedBeforeCut: state.pacePerSecond,
  };
}

function closuresSince({ closures }: LimitState, fromMs: number, atMs: number): number {
  return closures.filter((closure) => closure.atMs >= fromMs && closure.atMs < atMs).length;
}

/** The earliest closure of a series that goes on until now: each less than three windows after the last, all within one and a half. */
function seriesStartMs(state: LimitState, atMs: number): number | null {
  const windowMs = state.windowMs ?? 0;
  const earlier = state.closures.slice(0, -1).filter((closure) => closure.atMs < atMs);
  const latest = earlier[earlier.length - 1];
  if (latest === undefined || atMs - latest.atMs >= 3 * windowMs) return null;
  return earlier.find((closure) => atMs - closure.atMs < 1.5 * windowMs)?.atMs ?? latest.atMs;
}

/**
 * The rate of the calls within a window before the refusal, where it is below the one in force: never less than the limit.
 *
 * A rolling window holds just these calls, a fixed one these or fewer.
 */
function windowRate(state: LimitState, atMs: number, below: number): number | null {
  const { windowMs } = state;
  if (windowMs === null) return null;
  const rate = ((1 - MARGIN) * callsBetween(state.accepted, atMs - windowMs, atMs) * 1000) / windowMs;
  return rate < below ? rate : null;
}

/** Rate from refusal to refusal, where enough lies between them. */
function seriesRate(state: LimitState, fromMs: number | null, toMs: number): number | null {
  if (fromMs === null) return null;
  const calls = callsBetween(state.accepted, fromMs, toMs);
  if (toMs - fromMs <= 0.6 * (state.windowMs ?? 0) && calls < 12) return null;
  return ((1 - MARGIN) * calls * 1000) / (toMs - fromMs);
}
