import { callsBetween } from './callCurve.js';
import { CREDIT_BOUND, FIRST_STEP, LEARNING_PER_SECOND, LEAST_DWELL_MS, MARGIN } from './limitParameters.js';
import { boundedRate, isTrusted } from './limitTrust.js';
import { roundWindowMs } from './roundWindow.js';
import type { LimitState } from './limitState.js';

const ENOUGH_CALLS = 12;
const ENOUGH_MS = 30_000;
const MOST_REOPENINGS = 8;
/** First step of a raise where a window is known within bounds only. */
const MOST_UNCERTAIN = 0.25;

const NEARLY = 0.025;

/** Without a refusal for so long, a pace holds: one that was slowed for a bucket, and the one that learning starts from. */
const QUIET_SLOWED_MS = 60_000;
const QUIET_MS = 600_000;

/** What lies between reopenings. */
interface Cycles {
  readonly calls: number;
  readonly lengthMs: number;
  readonly cycles: number;
}

/** Another cycle was seen from reopening to reopening: enough of them make a rate and a window. */
export function learnFromCycles(before: LimitState, reopening: { byMs: number; notBeforeMs: number }): LimitState {
  const closureMs = Math.max(0, reopening.byMs - before.gate.firstRefusedMs);
  const longestClosureMs = Math.max(before.longestClosureMs, closureMs);
  const last = before.reopenings[before.reopenings.length - 1];
  const overdue = last !== undefined && reopening.byMs - last > 3 * Math.max(longestClosureMs, ENOUGH_MS);
  // A rolling window gives way by single calls while a burst leaves it: a cycle ends with a closure as long as its first.
  if (closureMs < 0.5 * longestClosureMs && !overdue) return before;
  const reopenings = [...before.reopenings, reopening.byMs].slice(-MOST_REOPENINGS);
  const state = { ...before, reopenings, longestClosureMs };
  const seen = latestCycles(state, reopening.byMs);
  if (seen === null) return state;
  const perSecond = (seen.calls * 1000) / seen.lengthMs;
  if (seen.calls < ENOUGH_CALLS && seen.lengthMs < ENOUGH_MS) {
    // With jobs, the next closures tell whether they are what is limited.
    if (state.closures[state.closures.length - 1]?.jobs != null) return state;
    // Cycles of seconds are a bucket's: stop hammering it while more of them are waited for.
    const pace = Math.min(state.pacePerSecond ?? Number.POSITIVE_INFINITY, boundedRate(1.5 * perSecond));
    return { ...state, pacePerSecond: pace };
  }
  return tracked(state, seen, reopening);
}

/** Nothing was refused for long while learning: the pace holds, and more is tried from there. */
export function learnFromQuiet(state: LimitState, nowMs: number): LimitState {
  const { gate, pacePerSecond: pace, reopened } = state;
  if (state.mode !== 'learn' || pace === null || reopened === null || gate.unproven || state.unjudged) return state;
  const slowed = pace < LEARNING_PER_SECOND;
  if (nowMs < gate.untilMs || nowMs - reopened.byMs < (slowed ? QUIET_SLOWED_MS : QUIET_MS)) return state;
  const windowMs = Math.max(LEAST_DWELL_MS, ((state.callsBeforeFirstRefusal ?? 0) * 1000) / pace);
  const probe = { ...state.probe, credit: CREDIT_BOUND, sinceMs: nowMs };
  return { ...state, mode: 'track', provenPerSecond: pace, windowMs, probe };
}

function tracked(state: LimitState, seen: Cycles, reopening: { byMs: number; notBeforeMs: number }): LimitState {
  const told = state.told.longestMs > 0 && isTrusted(state);
  const reopenToReopen = (seen.calls * 1000) / seen.lengthMs;
  const refusalToRefusal = told ? null : refusalRate(state, seen.cycles);
  const measured = Math.min(reopenToReopen, refusalToRefusal ?? reopenToReopen);
  const window = windowOf(state, seen, measured, reopening);
  const perSecond = window.bounded ? Math.min((seen.calls * 1000) / window.ms, 2 * measured) : measured;
  const rate = boundedRate((1 - MARGIN) * perSecond);
  return {
    ...state,
    mode: 'track',
    pacePerSecond: rate,
    provenPerSecond: rate,
    windowMs: window.ms,
    callsOfCycle: window.bounded ? seen.calls : null,
    probe: { ...state.probe, credit: CREDIT_BOUND, running: false, step: window.uncertain },
  };
}

/** From the latest reopening back, until there is enough or no more; null before the second reopening, and where nothing got through. */
function latestCycles(state: LimitState, byMs: number): Cycles | null {
  let best: Cycles | null = null;
  const earlier = state.reopenings.slice(0, -1).reverse();
  for (const [index, fromMs] of earlier.entries()) {
    const lengthMs = byMs - fromMs;
    if (lengthMs <= 0) continue;
    best = { calls: callsBetween(state.accepted, fromMs, byMs), lengthMs, cycles: index + 1 };
    if (best.calls >= ENOUGH_CALLS || lengthMs >= ENOUGH_MS) break;
  }
  return best !== null && best.calls > 0 ? best : null;
}

/** Rate over as many cycles from refusal to refusal. */
function refusalRate(state: LimitState, cycles: number): number | null {
  const last = state.closures[state.closures.length - 1];
  const first = state.closures[state.closures.length - 1 - cycles];
  if (!last || !first || last.atMs <= first.atMs) return null;
  const calls = callsBetween(state.accepted, first.atMs, last.atMs);
  return calls > 0 ? (calls * 1000) / (last.atMs - first.atMs) : null;
}

function windowOf(
  state: LimitState,
  seen: Cycles,
  perSecond: number,
  reopening: { byMs: number; notBeforeMs: number },
): { ms: number; bounded: boolean; uncertain: number } {
  const cycleMs = seen.lengthMs / seen.cycles;
  const burstMs = ((state.callsBeforeFirstRefusal ?? 0) * 1000) / perSecond;
  const toldMs = isTrusted(state) ? state.told.longestMs : 0;
  // A bucket's cycles are seconds, and say nothing of how long a rate must hold to be proven: its burst does.
  const wholeMs = cycleMs < 0.3 * burstMs ? burstMs : 0;
  if (toldMs > 0 || seen.cycles > 1 || wholeMs > 0 || state.reopened === null)
    return { ms: nearlyRound(Math.max(1000, cycleMs, toldMs, wholeMs)), bounded: false, uncertain: FIRST_STEP };
  const least = Math.max(1000, reopening.notBeforeMs - state.reopened.byMs);
  const most = Math.max(least, reopening.byMs - state.reopened.notBeforeMs);
  const round = roundWindowMs(least, most);
  if (round !== null) return { ms: round, bounded: true, uncertain: FIRST_STEP };
  const uncertain = Math.min(MOST_UNCERTAIN, Math.max(FIRST_STEP, (Math.sqrt(most / least) - 1) / 2));
  return { ms: Math.sqrt(least * most), bounded: true, uncertain };
}

/** Told waits are whole seconds, so that a measured window is a little off: a round one so near is meant. */
function nearlyRound(windowMs: number): number {
  return roundWindowMs(windowMs * (1 - NEARLY), windowMs * (1 + NEARLY)) ?? windowMs;
}
