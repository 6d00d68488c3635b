import type { GateName } from '../family.js';
import type { DocumentedReport, RefusalReport, TallyReport, TokenCounters } from './budgetReports.js';
import {
  CALLS_REMEMBERED,
  familyOf,
  type KeeperState,
  WORKERS_REMEMBERED,
  withFamily,
} from './keeperState.js';
import type { ForgetLimit, SetLimit } from './limitChange.js';
import type { QueueRate } from './keeperViews.js';
import { addCount, LAST_HOUR, LAST_MINUTE } from './recentCounts.js';

/** Ends of one window, as different answers tell them, are no further apart. */
const SAME_WINDOW_MS = 1500;

/**
 * A refusal that a worker met: closes its gate until the instant it named, never sooner than a gate that is closed already.
 *
 * Told twice, it counts once. Instants of a worker whose clock is ahead are set back by as much, so that a wait stays as long as it
 * was told.
 */
export function afterRefusal(state: KeeperState, told: RefusalReport, nowMs: number): KeeperState {
  if (state.calls.includes(told.callId)) return state;
  const aheadMs = Math.max(0, told.receivedMs - nowMs);
  const atMs = told.receivedMs - aheadMs;
  const untilMs = Math.max(told.untilMs - aheadMs, atMs + (told.toldMs ?? 0));
  const known = familyOf(state, told.gate);
  const why = whyRefused(told);
  const gate = untilMs > (known.gate?.untilMs ?? 0) ? { untilMs, why } : known.gate;
  return {
    ...withFamily(state, told.gate, {
      gate,
      refused: addCount(known.refused, LAST_HOUR, atMs, 1),
      lastRefusal: why,
    }),
    calls: [...state.calls, told.callId].slice(-CALLS_REMEMBERED),
  };
}

/** What a worker did since its last tally. One with a number that was counted, or an older one, changes nothing. */
export function afterTally(state: KeeperState, told: TallyReport, nowMs: number): KeeperState {
  if (told.number <= (state.workers[told.worker]?.number ?? -1)) return state;
  const aheadMs = Math.max(0, told.atMs - nowMs);
  let next: KeeperState = { ...state, workers: withWorker(state, told, nowMs) };
  for (const [name, tally] of Object.entries(told.families)) {
    const family = familyOf(next, name as GateName);
    const slices = tally.slices.length > 0 ? tally.slices : [{ fromMs: tally.lastSentMs, calls: tally.accepted }];
    const accepted = slices.reduce(
      (counts, { fromMs, calls }) => addCount(counts, LAST_MINUTE, Math.min(fromMs - aheadMs, nowMs), calls),
      family.accepted,
    );
    const jobsMoved = tally.jobsStarted + tally.jobsEnded > 0;
    const inFlight = Math.max(0, family.jobs.inFlight + tally.jobsStarted - tally.jobsEnded);
    next = withFamily(next, name as GateName, {
      accepted,
      jobs: jobsMoved ? { inFlight, changedMs: nowMs } : family.jobs,
    });
  }
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

/** Drops what was set and what was learnt. A gate that a refusal closed stays closed until its instant. */
export function afterForgetLimit(state: KeeperState, { family }: ForgetLimit): KeeperState {
  return withFamily(state, family, { set: null });
}

/** What became of giving task queues their rates: `impossible` says why this server never takes any. */
export function afterQueueRates(
  state: KeeperState,
  rates: readonly QueueRate[],
  { impossible }: { readonly impossible: string | null },
): KeeperState {
  if (impossible !== null) return { ...state, noQueueRates: impossible };
  return rates.reduce((next, { family, ratePerSecond }) => withFamily(next, family, { queueRate: ratePerSecond }), state);
}

function withWorker({ workers }: KeeperState, { worker, number }: TallyReport, nowMs: number): KeeperState['workers'] {
  const others = Object.entries(workers).filter(([name]) => name !== worker);
  const recent = others.sort(([, one], [, other]) => other.atMs - one.atMs).slice(0, WORKERS_REMEMBERED - 1);
  return Object.fromEntries([...recent, [worker, { number, atMs: nowMs }]]);
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
