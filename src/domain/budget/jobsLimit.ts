import type { RefusedCall } from './limitEvent.js';
import type { LimitState } from './limitState.js';

const ALIKE_SHARE = 0.2;
const CHANGE_GAP_MS = 30_000;
const CUT_GAP_MS = 5_000;

/**
 * Bounds jobs under way instead of a rate, when the last refusals all met about as many of them.
 *
 * A burst into a window looks the same: only a test run under the bound tells, see `refusedByJobs`.
 */
export function jobsLimitFrom(state: LimitState, nowMs: number): LimitState {
  const seen = state.closures.slice(-3).map(({ jobs }) => jobs);
  if (state.jobs.ruledOut || seen.length < 3 || state.mode !== 'track') return state;
  const known = seen.filter((jobs) => jobs !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (known.length < 3 || least < 2 || most - least > Math.max(2, ALIKE_SHARE * least)) return state;
  const testLeft = 2 * Math.round(state.callsBeforeFirstRefusal ?? least) + 5;
  return {
    ...state,
    mode: 'jobs',
    jobs: { ...state.jobs, most: least, testLeft, testRefusals: 0, changedMs: nowMs, farBelow: 0 },
  };
}

/** Accepted calls under a bound on jobs: they end its test, and pay for a higher one. */
export function acceptedUnderJobs(
  state: LimitState,
  calls: number,
  inFlight: number | null,
  nowMs: number,
): LimitState {
  const { jobs, probe } = state;
  if (state.mode !== 'jobs' || jobs.most === null) return state;
  if (jobs.testLeft > 0) return { ...state, jobs: { ...jobs, testLeft: Math.max(0, jobs.testLeft - calls) } };
  const bound = inFlight === null || inFlight >= jobs.most - 2;
  if (!bound || probe.credit < 1 || nowMs - jobs.changedMs < CHANGE_GAP_MS) return state;
  return {
    ...state,
    jobs: { ...jobs, most: jobs.most + 1, changedMs: nowMs, farBelow: 0 },
    probe: { ...probe, credit: probe.credit - 0.5 },
  };
}

/** What a refusal says of the bound on jobs; `handled` when it is wholly explained by it. */
export function refusedByJobs(
  before: LimitState,
  { jobsInFlight, atMs }: RefusedCall,
): { state: LimitState; handled: boolean } {
  const { jobs } = before;
  if (before.mode !== 'jobs' || jobs.most === null) return { state: before, handled: false };
  const inFlight = jobsInFlight ?? jobs.most;
  const testRefusals = jobs.testRefusals + 1;
  if (jobs.testLeft > 0 && (inFlight < jobs.most || testRefusals >= 3)) {
    const ruledOut = { ...jobs, most: null, testLeft: 0, ruledOut: true };
    return { state: { ...before, mode: 'track', jobs: ruledOut }, handled: false };
  }
  const farBelow = inFlight < 0.6 * jobs.most ? jobs.farBelow + 1 : 0;
  if (farBelow >= 3) {
    const ruledOut = { ...jobs, most: null, testLeft: 0, ruledOut: true };
    return { state: { ...before, mode: 'learn', reopenings: [], jobs: ruledOut }, handled: false };
  }
  // Urgent calls pass the bound: a refusal above it says nothing against it.
  const cut = inFlight <= jobs.most && atMs - jobs.changedMs > CUT_GAP_MS;
  const changed = cut ? { most: Math.max(1, jobs.most - 1), changedMs: atMs } : {};
  return { state: { ...before, jobs: { ...jobs, ...changed, testRefusals, farBelow } }, handled: true };
}
