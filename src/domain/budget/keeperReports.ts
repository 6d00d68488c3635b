import { FAMILIES_OF_WRITES, type Family } from '../family.js';
import type { DocumentedReport, FamilyTally, RefusalReport, TallyReport, TokenCounters } from './budgetReports.js';
import { CALLS_REMEMBERED, familyOf, type KeeperState, WORKERS_REMEMBERED, withFamily } from './keeperState.js';
import { tallyEveryMs } from './decideLimit.js';
import { jobsUnderWay, withJobs } from './jobsUnderWay.js';
import type { ForgetLimit, SetLimit } from './limitChange.js';
import { LONGEST_TOLD_MS } from './limitParameters.js';
import { newLimit } from './limitState.js';
import { addCount, LAST_HOUR } from './recentCounts.js';
import { step } from './stepLimit.js';

/** Ends of one window, as different answers tell them, are no further apart. */
const SAME_WINDOW_MS = 1500;

/** Lateness of a tally that is nothing unusual. */
const LATE_TALLY_MS = 2_000;

/**
 * A refusal that a worker met: closes its gate until the instant it named, never sooner than a gate that is closed already, and the
 * model of its family learns from it.
 *
 * Told twice, it counts once. Instants of a worker whose clock is ahead are set back by as much, so that a wait stays as long as it
 * was told.
 */
export function afterRefusal(state: KeeperState, told: RefusalReport, nowMs: number): KeeperState {
  if (state.calls.includes(told.callId)) return state;
  const aheadMs = Math.max(0, told.receivedMs - nowMs);
  const atMs = told.receivedMs - aheadMs;
  const known = familyOf(state, told.gate);
  const why = whyRefused(told);
  // Where nothing was told, how long to wait is learnt; the worker's own guess holds where nothing learns.
  const isLearnt = told.gate === told.family && !told.announced && told.toldMs === null;
  const waitMs = Math.min(LONGEST_TOLD_MS, Math.max(told.untilMs - told.receivedMs, told.toldMs ?? 0));
  const untilMs = isLearnt ? 0 : atMs + waitMs;
  const gate = untilMs > (known.gate?.untilMs ?? 0) ? { untilMs, why } : known.gate;
  const sentMs = Math.min(told.sentMs - aheadMs, atMs);
  const { callId, toldMs, jobsInFlight, announced } = told;
  const event = { kind: 'refused', callId, atMs, sentMs, toldMs, jobsInFlight, announced } as const;
  return {
    ...withFamily(state, told.gate, {
      gate,
      refused: addCount(known.refused, LAST_HOUR, atMs, 1),
      lastRefusal: why,
      model: isLearntFrom(told) ? step(known.model, event) : known.model,
    }),
    calls: [...state.calls, callId].slice(-CALLS_REMEMBERED),
  };
}

/**
 * Whether a refusal says something of a family's rate.
 *
 * Writes are few, and refused for what they are about as much as for how many they are (a trunk in failover): where the refusal names its
 * instant, the gate is all that follows. A rate learnt from it would keep the next trunk's write waiting for minutes (decision 0020).
 */
function isLearntFrom({ gate, family, toldMs }: RefusalReport): boolean {
  return gate === family && (toldMs === null || !FAMILIES_OF_WRITES.includes(family));
}

/** What a worker did since its last tally. One with a number that was counted, or an older one, changes nothing. */
export function afterTally(state: KeeperState, told: TallyReport, nowMs: number): KeeperState {
  if (told.number <= (state.workers[told.worker]?.number ?? -1)) return state;
  const aheadMs = Math.max(0, told.atMs - nowMs);
  let next: KeeperState = { ...state, workers: withWorker(state, told, told.atMs - aheadMs) };
  for (const [name, tally] of Object.entries(told.families) as [Family, FamilyTally][])
    next = afterFamilyTally(next, name, tally, aheadMs, nowMs);
  return told.counters === null ? next : { ...next, counters: latest(next.counters, told.counters, aheadMs) };
}

/** What Genesys's own list of limits says. */
export function afterDocumented(state: KeeperState, { limits }: DocumentedReport): KeeperState {
  return { ...state, documented: limits };
}

/** A rate that an operator sets. It goes before what is learnt, which goes on beside it. */
export function afterSetLimit(state: KeeperState, { family, rate }: SetLimit): KeeperState {
  return withFamily(state, family, { set: { rate } });
}

/** Drops what was set and what was learnt. A gate that a refusal named an instant for stays closed until then. */
export function afterForgetLimit(state: KeeperState, { family }: ForgetLimit): KeeperState {
  return withFamily(state, family, { set: null, model: newLimit() });
}

/** What became of giving task queues their rates: `impossible` says why this server never takes any. */
export function afterQueueRates(
  state: KeeperState,
  { impossible }: { readonly impossible: string | null },
): KeeperState {
  return { ...state, noQueueRates: impossible };
}

function afterFamilyTally(
  state: KeeperState,
  name: Family,
  tally: FamilyTally,
  aheadMs: number,
  nowMs: number,
): KeeperState {
  const family = familyOf(state, name);
  const jobs = withJobs(family.jobs, { began: tally.jobsStarted, ended: tally.jobsEnded }, nowMs);
  const event = {
    kind: 'accepted',
    // Not this instant: up to here all workers have told what they did.
    atMs: toldUntilMs(state, tallyEveryMs(family.model) ?? 0, nowMs),
    firstSentMs: tally.firstSentMs - aheadMs,
    lastSentMs: tally.lastSentMs - aheadMs,
    calls: tally.accepted,
    urgentCalls: tally.urgentCalls,
    jobsInFlight: jobsUnderWay(jobs, nowMs),
    slices: tally.slices.map(({ fromMs, calls }) => ({ fromMs: fromMs - aheadMs, calls })),
  } as const;
  return withFamily(state, name, { jobs, model: step(family.model, event) });
}

/** The instant up to which every worker that works has told its calls. */
function toldUntilMs({ workers }: KeeperState, everyMs: number, nowMs: number): number {
  const told = Object.values(workers).map(({ atMs }) => atMs);
  return Math.min(nowMs, ...told.filter((atMs) => nowMs - atMs < everyMs + LATE_TALLY_MS));
}

function withWorker({ workers }: KeeperState, { worker, number }: TallyReport, atMs: number): KeeperState['workers'] {
  const others = Object.entries(workers).filter(([name]) => name !== worker);
  const recent = others.sort(([, one], [, other]) => other.atMs - one.atMs).slice(0, WORKERS_REMEMBERED - 1);
  return Object.fromEntries([...recent, [worker, { number, atMs }]]);
}

/** Counters of a later window replace those of an earlier one; within a window, calls are only ever added. */
function latest(known: KeeperState['counters'], told: TokenCounters, aheadMs: number): TokenCounters {
  const endsMs = told.endsMs - aheadMs;
  if (known === null || endsMs > known.endsMs + SAME_WINDOW_MS) return { ...told, endsMs };
  return { ...known, count: Math.max(known.count, told.count) };
}

function whyRefused({ status, toldMs, limitKey }: RefusalReport): string {
  const limit = limitKey === null ? '' : `, limit ${limitKey.replaceAll(/[^\w.:-]/g, '?').slice(0, 100)}`;
  const told = toldMs === null ? 'no instant told' : `told to wait ${Math.ceil(toldMs / 1000)} s`;
  return `refused with ${status}, ${told}${limit}`;
}
