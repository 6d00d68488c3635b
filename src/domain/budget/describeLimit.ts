import { callsBetween } from './callCurve.js';
import { decide } from './decideLimit.js';
import { isTrusted } from './limitTrust.js';
import type { LimitState } from './limitState.js';

/** What `limits` shows of a family's model. */
export interface LimitFacts {
  readonly mode: 'unlimited' | 'counters' | 'learning' | 'rate' | 'jobs';
  /** Calls a second that are proven to hold; null before anything was learnt. */
  readonly ratePerSecond: number | null;
  readonly windowMs: number | null;
  readonly maxJobs: number | null;
  readonly callsLastMinute: number;
  readonly refusedLastHour: number;
  readonly why: string;
}

/** A model in words and figures, at an instant. */
export function describeLimit(state: LimitState, nowMs: number): LimitFacts {
  const { ratePerSecond } = decide(state, nowMs);
  const mode = modeOf(state);
  const outerRate = state.outer?.ratePerSecond ?? Number.POSITIVE_INFINITY;
  const byOuter = outerRate < (state.provenPerSecond ?? 0);
  const proven = state.provenPerSecond === null ? null : Math.min(state.provenPerSecond, outerRate);
  return {
    mode,
    ratePerSecond: mode === 'rate' ? (proven ?? ratePerSecond) : null,
    windowMs: mode === 'rate' ? ((byOuter ? state.outer?.windowMs : state.windowMs) ?? null) : null,
    maxJobs: state.mode === 'jobs' ? state.jobs.most : null,
    callsLastMinute: Math.round(callsBetween(state.accepted, nowMs - 60_000, nowMs)),
    refusedLastHour: Math.round(callsBetween(state.refused, nowMs - 3_600_000, nowMs)),
    why: whyOf(state, mode, byOuter),
  };
}

function modeOf(state: LimitState): LimitFacts['mode'] {
  if (state.announced) return 'counters';
  if (state.mode === 'jobs') return 'jobs';
  if (state.mode === 'track') return 'rate';
  return state.pacePerSecond === null ? 'unlimited' : 'learning';
}

function whyOf(state: LimitState, mode: LimitFacts['mode'], byOuter: boolean): string {
  switch (mode) {
    case 'unlimited':
      return 'nothing was refused yet';
    case 'counters':
      return 'the API counts its calls: they pace it';
    case 'learning':
      return `refused ${state.closures.length === 1 ? 'once' : `${state.closures.length} times`}; counting from one opening to the next`;
    case 'jobs':
      return 'refusals met about as many jobs under way each time';
    case 'rate':
      return [
        byOuter ? 'a longer limit bounds it: its quota spread evenly' : 'counted from one opening to the next',
        ...(state.probe.running ? ['trying a little more'] : []),
        ...(isTrusted(state) || state.told.longestMs === 0 ? [] : ['waits that refusals name are too short here']),
      ].join('; ');
  }
}
