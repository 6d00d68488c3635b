import { callsBetween } from './callCurve.js';
import type { RefusedCall } from './limitEvent.js';
import { type LimitState, NO_JOBS_LIMIT } from './limitState.js';

/** Refusals whose jobs under way have to be alike before jobs are taken for what is limited; twice as many the second time. */
const ALIKE_CLOSURES = 3;
const ALIKE_SHARE = 0.2;
/** Tests of that idea before it is given up. */
const MOST_TESTS = 2;
const TEST_REFUSALS = 3;
/** Jobs under way, as a share of those that a closure met, below which a gate that is still closed is not theirs. */
const ENDED_SHARE = 0.7;
/** With so few of the bound under way, calls refused one after another are not refused for jobs. */
const FEW_SHARE = 0.25;
const FEW_IN_A_ROW = 2;

/** Calls between refusals, for each job that they met, above which it is not jobs that are limited: only what has ended makes room. */
const CALLS_A_JOB = 2;
const SPARE_CALLS = 5;

const RAISE_GAP_MS = 30_000;
const LONGEST_RAISE_GAP = 8;
const RAISE_SHARE = 0.2;
/** First wait after a refusal under a bound on jobs, where none is told; doubled while nothing gets through. */
const FIRST_JOBS_WAIT_MS = 1_000;
const LONGEST_JOBS_WAIT_MS = 60_000;

/**
 * Bounds jobs under way instead of a rate, when the last refusals all met about as many of them.
 *
 * A burst into a window looks the same: only a test run under the bound tells, see `refusedByJobs`.
 */
export function jobsLimitFrom(state: LimitState, nowMs: number): LimitState {
  const alike = ALIKE_CLOSURES * (1 + state.jobs.testsFailed);
  const seen = state.closures.slice(-alike).map(({ jobs }) => jobs);
  if (state.mode === 'jobs' || state.jobs.testsFailed >= MOST_TESTS || seen.length < alike) return state;
  const known = seen.filter((jobs) => jobs !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (callsOfClosures(state, alike) > CALLS_A_JOB * most + SPARE_CALLS) return state;
  if (known.length < alike || least < 2 || most - least > Math.max(2, ALIKE_SHARE * least)) return state;
  return {
    ...state,
    mode: 'jobs',
    gate: { ...state.gate, unproven: false, asTold: false, tooEarly: 0 },
    probe: { ...state.probe, running: false },
    jobs: {
      ...NO_JOBS_LIMIT,
      testsFailed: state.jobs.testsFailed,
      most: least,
      testLeft: Math.ceil(Math.max(2 * least + 5, 1.5 * callsOfClosures(state, alike))),
      changedMs: nowMs,
    },
  };
}

/**
 * Most calls between two of the last closures. Where jobs are limited it is about those that ended meanwhile; a window lets as many through
 * as it has, whatever is under way, so that a test which ends sooner would tell nothing of it.
 */
function callsOfClosures({ closures, accepted }: LimitState, count: number): number {
  const latest = closures.slice(-count);
  return Math.max(
    0,
    ...latest.slice(1).map(({ atMs }, index) => callsBetween(accepted, latest[index]?.atMs ?? atMs, atMs)),
  );
}

/**
 * A gate that is found closed though jobs have ended since it closed was not closed by jobs: that closure says nothing of them.
 */
export function closuresWithoutJobs(
  closures: LimitState['closures'],
  { jobsInFlight }: RefusedCall,
): LimitState['closures'] {
  const last = closures[closures.length - 1];
  if (last === undefined || last.jobs === null || jobsInFlight === null) return closures;
  if (jobsInFlight >= Math.max(1, ENDED_SHARE * last.jobs)) return closures;
  return [...closures.slice(0, -1), { ...last, jobs: null }];
}

/** Accepted calls under a bound on jobs: they end its test, and pay for a higher one, tried where the bound is what holds calls back. */
export function acceptedUnderJobs(
  state: LimitState,
  {
    calls,
    jobsInFlight,
    lastSentMs,
    atMs,
  }: { calls: number; jobsInFlight: number | null; lastSentMs: number; atMs: number },
): LimitState {
  const { probe, gate } = state;
  if (state.mode !== 'jobs' || state.jobs.most === null) return state;
  const inARow = lastSentMs > gate.lastRefusedSentMs ? 0 : state.jobs.inARow;
  const jobs = { ...state.jobs, inARow, testLeft: Math.max(0, state.jobs.testLeft - calls) };
  const most = state.jobs.most;
  const bound = jobsInFlight === null || jobsInFlight >= most - 2;
  const gapMs = RAISE_GAP_MS * jobs.raiseGap;
  if (jobs.testLeft > 0 || !bound || probe.credit < 1 || atMs - jobs.changedMs < gapMs) return { ...state, jobs };
  const raisedBy = Math.min(Math.max(1, 2 * jobs.raisedBy), Math.max(1, Math.floor(RAISE_SHARE * most)));
  return {
    ...state,
    jobs: { ...jobs, most: most + raisedBy, raisedBy, raiseGap: 1, changedMs: atMs },
  };
}

/** What a refusal says of the bound on jobs; a wait when it is wholly explained by it, else it is a refusal like others. */
export function refusedByJobs(before: LimitState, refusal: RefusedCall): { state: LimitState; waitMs: number | null } {
  const { jobs } = before;
  if (before.mode !== 'jobs' || jobs.most === null) return { state: before, waitMs: null };
  const inFlight = refusal.jobsInFlight ?? jobs.most;
  const testRefusals = jobs.testRefusals + 1;
  const farBelow = inFlight < 0.6 * jobs.most ? jobs.farBelow + 1 : 0;
  const testFailed = jobs.testLeft > 0 && testRefusals >= TEST_REFUSALS;
  const few = inFlight <= Math.max(1, FEW_SHARE * jobs.most) && inFlight < jobs.most && jobs.inARow >= FEW_IN_A_ROW;
  if (testFailed || inFlight === 0 || farBelow >= 3 || few) return { state: ruledOut(before), waitMs: null };
  const waitMs = Math.min(LONGEST_JOBS_WAIT_MS, FIRST_JOBS_WAIT_MS * 2 ** Math.min(jobs.inARow, 6));
  const cut = cutTo(jobs, jobs.most, inFlight, refusal.sentMs);
  return {
    state: { ...before, jobs: { ...jobs, ...cut, testRefusals, farBelow, inARow: jobs.inARow + 1 } },
    waitMs: Math.max(refusal.toldMs ?? 0, waitMs),
  };
}

/** A failed raise is taken back; else the jobs that were refused say how many are too many, though not all at once. */
function cutTo(jobs: LimitState['jobs'], most: number, inFlight: number, sentMs: number): Partial<LimitState['jobs']> {
  // Urgent calls pass the bound: a refusal above it says nothing against it. Nor does a call that left before the last cut.
  if (inFlight > most || sentMs <= jobs.changedMs) return {};
  const raiseFailed = jobs.raisedBy > 0;
  const lower = raiseFailed
    ? most - jobs.raisedBy
    : jobs.inARow === 0
      ? most - 1
      : Math.min(most - 1, Math.max(inFlight, Math.floor(0.7 * most)));
  const raiseGap = raiseFailed ? Math.min(LONGEST_RAISE_GAP, 2 * jobs.raiseGap) : 1;
  return { most: Math.max(1, lower), raisedBy: 0, raiseGap, changedMs: sentMs };
}

/** Jobs are not what is limited: a rate is kept again, the last that was known or one to be learnt. */
function ruledOut(state: LimitState): LimitState {
  const jobs = { ...NO_JOBS_LIMIT, testsFailed: state.jobs.testsFailed + 1 };
  const known = state.provenPerSecond !== null && state.jobs.testLeft > 0;
  const closures = state.closures.map(({ atMs }) => ({ atMs, jobs: null }));
  return known
    ? { ...state, mode: 'track', pacePerSecond: state.provenPerSecond, closures, jobs }
    : { ...state, mode: 'learn', reopenings: [], longestClosureMs: 0, closures, jobs };
}
