import { judgeClosure } from './limitEpisode.js';
import { learnFromCycles } from './learnLimit.js';
import { FIRST_STEP, MARGIN } from './limitParameters.js';
import { boundedRate, isTrusted } from './limitTrust.js';
import { outerReopened } from './outerLimit.js';
import { roundWindowMs } from './roundWindow.js';
import type { LimitState } from './limitState.js';

/** A call was accepted after the gate had closed: the limit has opened by then. */
export function limitReopened(before: LimitState, sentMs: number): LimitState {
  // What a closure of guessed length says comes after what its refusal says; a told one waits for the tallies.
  const { unjudged } = before;
  const state = unjudged !== null && !before.gate.asTold ? judgeClosure(before, unjudged) : before;
  const { gate } = state;
  const byMs = gate.asTold ? gate.untilMs : sentMs;
  const notBeforeMs = gate.asTold ? gate.untilMs - 1000 : Math.max(gate.lastRefusedSentMs, gate.firstRefusedMs);
  const kept = gate.asTold && gate.tooEarly === 0 ? 1 : 0;
  const told = { ...state.told, kept: state.told.kept + kept };
  const reopening = { byMs, notBeforeMs };
  const learnt = afterReopening({ ...state, told }, reopening);
  return {
    ...learnt,
    reopened: learnt.mode === 'track' && isOuter(state, byMs) ? state.reopened : reopening,
    gate: { ...learnt.gate, tooEarly: 0, unproven: false, asTold: false },
    probe: { ...learnt.probe, sinceMs: Math.max(sentMs, byMs) },
  };
}

function afterReopening(state: LimitState, reopening: { byMs: number; notBeforeMs: number }): LimitState {
  if (state.mode === 'learn') return learnFromCycles(state, reopening);
  if (state.mode !== 'track') return state;
  if (isOuter(state, reopening.byMs)) return outerReopened(state, reopening);
  return cutByClosure(refinedWindow(state, reopening), reopening.byMs);
}

/**
 * How long a limit stayed closed says how much too fast an even rate was: a window that is full after a share of it opens after the rest,
 * and a rolling one gives way when that share has left it.
 *
 * Used where nothing dates the refusal, and canaries bounded the closure from both sides.
 */
function cutByClosure(state: LimitState, byMs: number): LimitState {
  const { gate, windowMs, provenPerSecond: proven, pacedBeforeCut: paced } = state;
  if (windowMs === null || proven === null || paced === null || gate.tooEarly === 0) return state;
  if (state.cutMs !== gate.firstRefusedMs) return state;
  const closedMs = (gate.lastRefusedSentMs + byMs) / 2 - gate.firstRefusedMs;
  // A try for more that failed closes a window for the share that it was too fast by.
  if (closedMs < (1.1 - Math.min(1, proven / paced)) * windowMs) return state;
  const rate = boundedRate(Math.min(proven, Math.max(0.45 * paced, (1 - MARGIN) * paced * (1 - closedMs / windowMs))));
  // What was refused meanwhile was the fall's doing: the way back up must not wait until it is paid for.
  const probe = { ...state.probe, credit: Math.max(0.5, state.probe.credit), step: 2 * FIRST_STEP };
  return { ...state, provenPerSecond: rate, pacePerSecond: rate, probe };
}

function isOuter(state: LimitState, byMs: number): boolean {
  const closedMs = byMs - state.gate.firstRefusedMs;
  return state.mode === 'track' && closedMs > Math.max(3 * (state.windowMs ?? 0), 1_200_000);
}

/** Two reopenings about a window apart date it better than one, where nothing is told. */
function refinedWindow(state: LimitState, { byMs, notBeforeMs }: { byMs: number; notBeforeMs: number }): LimitState {
  const { reopened, windowMs } = state;
  if (reopened === null || windowMs === null || (state.told.longestMs > 0 && isTrusted(state))) return state;
  const [least, most] = [notBeforeMs - reopened.byMs, byMs - reopened.notBeforeMs];
  const about = byMs - reopened.byMs;
  if (about < 0.7 * windowMs || about > 1.3 * windowMs || least <= 0 || most > 1.3 * least) return state;
  return { ...state, windowMs: roundWindowMs(least, most) ?? windowMs };
}
