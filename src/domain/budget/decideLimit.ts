import type { LimitDecision } from './limitEvent.js';
import { CANARY_PER_SECOND, JOBS_TALLY_MS, LEARNING_PER_SECOND, ORDINARY_SHARE } from './limitParameters.js';
import { boundedRate, tallyGapMs } from './limitTrust.js';
import type { LimitState } from './limitState.js';
import { limitAt } from './stepLimit.js';

/** What follows at an instant from what is known: rate, gate and jobs, null where nothing is bounded. */
export function decide(known: LimitState, nowMs: number): LimitDecision {
  const state = limitAt(known, nowMs);
  return {
    ratePerSecond: rateNow(state),
    gateUntilMs: state.gate.untilMs > nowMs ? state.gate.untilMs : null,
    maxJobs: mostJobs(state),
  };
}

/**
 * How often workers that call should tell their tallies; null while nothing was ever refused, and where counters pace.
 *
 * Besides, a worker tells one at once when it first sees the gate closed, and after its first call through an opened one.
 */
export function tallyEveryMs(state: LimitState): number | null {
  if (state.pacePerSecond === null && state.mode === 'learn') return null;
  if (state.announced) return null;
  const countsJobs = state.mode === 'jobs' || state.closures.some(({ jobs }) => jobs !== null);
  if (state.mode === 'jobs' || (countsJobs && state.mode === 'learn')) return JOBS_TALLY_MS;
  return tallyGapMs(state);
}

/**
 * Whether calls try if a gate has opened: a guessed one, or a told one before any such instant has proved right.
 *
 * A rate takes seconds to reach the queue, so it is set before.
 */
export function isTrying({ announced, mode, gate, told }: LimitState): boolean {
  if (announced || mode === 'jobs') return false;
  return gate.unproven && !(gate.asTold && gate.tooEarly === 0 && told.kept > 0);
}

function rateNow(state: LimitState): number | null {
  const { pacePerSecond, outer, urgent } = state;
  if (state.announced || pacePerSecond === null) return null;
  if (state.mode === 'jobs') return Math.max(LEARNING_PER_SECOND, 2 * pacePerSecond);
  const paced = Math.min(
    pacePerSecond,
    state.mode === 'track' ? (outer?.ratePerSecond ?? pacePerSecond) : pacePerSecond,
  );
  const paid = state.mode === 'track' ? Math.max(ORDINARY_SHARE * paced, paced - urgent.perSecond) : paced;
  return boundedRate(isTrying(state) ? Math.min(CANARY_PER_SECOND, paid) : paid);
}

/** Where each refusal costs a long wait, one job fewer is under way than would be allowed. */
function mostJobs({ mode, jobs, told }: LimitState): number | null {
  if (mode !== 'jobs' || jobs.most === null) return null;
  return Math.max(1, jobs.most - (told.longestMs >= 5_000 ? 1 : 0));
}
