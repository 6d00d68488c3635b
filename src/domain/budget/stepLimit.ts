import { addCalls, callsBetween } from './callCurve.js';
import { gateWait, roomMs } from './gateWait.js';
import { acceptedUnderJobs, closuresWithoutJobs, refusedByJobs } from './jobsLimit.js';
import { judgeClosure, judgeWhenSettled } from './limitEpisode.js';
import { soundEvent } from './limitEdge.js';
import {
  CALLS_PER_REFUSAL,
  JOBS_PER_REFUSAL,
  CLOCK_SLACK_MS,
  CREDIT_BOUND,
  LEARNING_PER_SECOND,
  MOST_PER_SECOND,
} from './limitParameters.js';
import { probeWhenProven } from './limitProbe.js';
import { learnFromQuiet } from './learnLimit.js';
import { limitReopened } from './limitReopened.js';
import type { AcceptedCalls, LimitEvent, RefusedCall } from './limitEvent.js';
import type { LimitState } from './limitState.js';

const MOST_CLOSURES = 6;
const MOST_REMEMBERED = 24;
const REFUSAL_KNOTS = 12;
/** A told wait that may be another call's place, not another window. */
const MOMENT_MS = 5_000;
/** Urgent calls count towards the rate for about this long, or for a window if that is longer. */
const URGENT_FADES_MS = 60_000;
/** … or for as long as this many calls take, so that one of them does not stop a slow rate. */
const URGENT_FADES_CALLS = 20;

/**
 * What is known of a limit after one more event.
 *
 * Total: numbers that make no sense are cut or left out, a refusal told twice counts once, late events count when they happened.
 * Only refusals lower what is known to hold, only accepted calls raise it, and no event opens a gate before what it was told.
 */
export function step(state: LimitState, told: LimitEvent): LimitState {
  const event = soundEvent(told);
  if (event === null) return state;
  const before = limitAt({ ...state, latestMs: Math.max(state.latestMs, event.atMs) }, event.atMs);
  if (event.kind === 'tick') return before;
  const after = event.kind === 'accepted' ? afterAccepted(before, event) : afterRefused(before, event);
  return limitAt(after, event.atMs);
}

/** What time alone changes: closures get judged, rates that held are proven. */
export function limitAt(state: LimitState, nowMs: number): LimitState {
  return probeWhenProven(learnFromQuiet(judgeWhenSettled(state, nowMs), nowMs), nowMs);
}

function afterAccepted(before: LimitState, event: AcceptedCalls): LimitState {
  if (event.calls === 0) return before;
  const credit = Math.min(
    CREDIT_BOUND,
    before.probe.credit + event.calls / (before.mode === 'jobs' ? JOBS_PER_REFUSAL : CALLS_PER_REFUSAL),
  );
  const counted = {
    ...before,
    accepted: curveWith(before, event),
    urgent: withUrgent(before, event),
    closures: closuresWithJobs(before, event),
    probe: { ...before.probe, credit },
  };
  const openedMs = reopeningIn(counted, event);
  const open = openedMs === null ? counted : limitReopened(counted, openedMs);
  return acceptedUnderJobs(open, event);
}

function curveWith(
  state: LimitState,
  { slices, calls, firstSentMs, lastSentMs }: AcceptedCalls,
): LimitState['accepted'] {
  if (slices.length === 0) return addCalls(state.accepted, firstSentMs, lastSentMs, calls);
  const gaps = slices.slice(1).map(({ fromMs }, index) => fromMs - (slices[index]?.fromMs ?? fromMs));
  const longestMs = Math.max(1, Math.min(...gaps.filter((gap) => gap > 0), Number.MAX_SAFE_INTEGER));
  return slices.reduce((curve, slice, index) => {
    const nextMs = slices[index + 1]?.fromMs ?? Math.max(slice.fromMs, lastSentMs);
    return addCalls(curve, slice.fromMs, Math.min(nextMs, slice.fromMs + longestMs), slice.calls);
  }, state.accepted);
}

/** What workers tell right after a closure says better how many jobs it met than the refused worker could know. */
function closuresWithJobs(
  { closures, unjudged }: LimitState,
  { jobsInFlight, atMs }: AcceptedCalls,
): LimitState['closures'] {
  const last = closures[closures.length - 1];
  if (unjudged === null || last === undefined || jobsInFlight === null) return closures;
  if (atMs > unjudged.atMs + 1_000) return closures;
  return [...closures.slice(0, -1), { ...last, jobs: jobsInFlight }];
}

function withUrgent(
  { urgent, windowMs, pacePerSecond, outer }: LimitState,
  { urgentCalls, atMs }: AcceptedCalls,
): LimitState['urgent'] {
  const rate = Math.min(pacePerSecond ?? 1, outer?.ratePerSecond ?? 1);
  const fadesMs = Math.max(URGENT_FADES_MS, windowMs ?? 0, (URGENT_FADES_CALLS * 1000) / rate);
  const elapsedMs = Math.max(0, atMs - urgent.atMs);
  const left = urgent.perSecond * Math.exp(-elapsedMs / fadesMs);
  return { perSecond: left + (urgentCalls * 1000) / fadesMs, atMs: Math.max(urgent.atMs, atMs) };
}

/** When the first call left that was accepted through a gate whose opening nothing had proved. */
function reopeningIn({ gate }: LimitState, { slices, firstSentMs, lastSentMs }: AcceptedCalls): number | null {
  if (!gate.unproven) return null;
  const times = [firstSentMs, ...slices.map(({ fromMs }) => fromMs), lastSentMs];
  return times.find((sentMs) => sentMs >= gate.untilMs - CLOCK_SLACK_MS && sentMs > gate.lastRefusedSentMs) ?? null;
}

function afterRefused(before: LimitState, event: RefusedCall): LimitState {
  const id = hashOf(event.callId);
  // Told twice it counts once, but what it names is heeded.
  if (before.lastRefusals.includes(id)) return closedUntil(before, event.atMs + (event.toldMs ?? 0));
  const { gate } = before;
  const state: LimitState = {
    ...before,
    lastRefusals: [...before.lastRefusals, id].slice(-MOST_REMEMBERED),
    announced: before.announced || event.announced,
    probe: { ...before.probe, credit: Math.max(-CREDIT_BOUND, before.probe.credit - 1) },
    told: { ...before.told, longestMs: Math.max(before.told.longestMs, event.toldMs ?? 0) },
    refused: addCalls(before.refused, event.sentMs, event.sentMs, 1, REFUSAL_KNOTS),
    gate: { ...gate, lastRefusedSentMs: Math.max(gate.lastRefusedSentMs, event.sentMs) },
  };
  const straggler = event.sentMs < Math.max(gate.untilMs, gate.closedMs);
  const roomAfterMs = state.announced || event.toldMs === null ? 0 : roomMs(state, event.toldMs);
  if (state.announced || straggler) return closedUntil(state, event.atMs + (event.toldMs ?? 0) + roomAfterMs);
  const { state: bounded, waitMs } = refusedByJobs(state, event);
  if (waitMs !== null)
    return {
      ...closedUntil(bounded, event.atMs + waitMs),
      gate: {
        ...bounded.gate,
        untilMs: Math.max(gate.untilMs, event.atMs + waitMs),
        closedMs: Math.max(gate.closedMs, event.atMs),
      },
    };
  return closed(bounded, event);
}

/** A call that left through an open gate was refused. */
function closed(state: LimitState, event: RefusedCall): LimitState {
  const { gate, told } = state;
  const again = gate.unproven;
  const tooEarly = again ? gate.tooEarly + 1 : 0;
  const broken = again && gate.asTold && wasTooEarly(event.toldMs, tooEarly) ? told.broken + 1 : told.broken;
  const closure = again ? { ...state, closures: closuresWithoutJobs(state.closures, event) } : newClosure(state, event);
  const known = { ...closure, told: { ...told, broken } };
  const wait = gateWait(known, event.atMs, event.toldMs, tooEarly);
  return {
    ...known,
    gate: {
      untilMs: Math.max(gate.untilMs, event.atMs + wait.ms),
      closedMs: Math.max(gate.closedMs, event.atMs),
      firstRefusedMs: again ? gate.firstRefusedMs : event.atMs,
      lastRefusedSentMs: known.gate.lastRefusedSentMs,
      unproven: true,
      asTold: wait.asTold,
      tooEarly,
    },
  };
}

/**
 * Whether a refusal after a told instant shows that instant to have been wrong.
 *
 * A rolling window or a bucket opens for one call: those that left beside it are refused for a moment more, and are often told of first.
 */
function wasTooEarly(toldMs: number | null, tooEarly: number): boolean {
  return toldMs === null || toldMs >= MOMENT_MS || tooEarly >= 3;
}

function newClosure(before: LimitState, { atMs, toldMs, jobsInFlight }: RefusedCall): LimitState {
  const state = before.unjudged === null ? before : judgeClosure(before, before.unjudged);
  return {
    ...state,
    pacePerSecond: state.pacePerSecond ?? learningPace(state, atMs),
    closures: [...state.closures, { atMs, jobs: jobsInFlight }].slice(-MOST_CLOSURES),
    unjudged: { atMs, toldMs },
  };
}

/** What was got through in the last ten seconds, or the least that is learnt with. */
function learningPace(state: LimitState, atMs: number): number {
  return Math.min(
    MOST_PER_SECOND,
    Math.max(LEARNING_PER_SECOND, callsBetween(state.accepted, atMs - 10_000, atMs) / 10),
  );
}

function closedUntil(state: LimitState, untilMs: number): LimitState {
  return { ...state, gate: { ...state.gate, untilMs: Math.max(state.gate.untilMs, untilMs) } };
}

/** FNV-1a: enough to tell a few calls apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
