import type { SimulatorCounts } from '../../src/simulator/control/counters.js';
import { type AskedJob, askedKey } from './asked.js';
import type { ContenderName } from './contender.js';

/** A run is cut when it has taken so many times what the limiter makes possible. */
export const CUT_AT = 2.5;

/** A call that somebody waited for, and when it was asked for, in milliseconds since the epoch. */
export interface UrgentCall {
  readonly job: AskedJob;
  readonly askedAtMs: number;
}

/** What one contender did in one run, by the count of its own simulator. */
export interface Verdict {
  readonly contender: ContenderName;
  /** Time until the last job of the backfill was accepted ÷ the best possible for as many calls; of a cut run what it is at least. */
  readonly timesBest: number;
  readonly cut: boolean;
  /** Until it was done, polls included, or stopped. */
  readonly seconds: number;
  readonly jobs: { readonly asked: number; readonly accepted: number };
  /** Calls that make jobs: what the limit was about. */
  readonly made: number;
  readonly refused: number;
  /** Calls that came over 300 ms after a refusal while the limit could not have let them through, whatever had been told. */
  readonly insideClosed: number;
  readonly urgent: {
    readonly asked: number;
    readonly accepted: number;
    /** Those that were never accepted count with the time they waited in vain. Milliseconds. */
    readonly p95Ms: number;
  };
}

/** What is judged. */
export interface Run {
  readonly contender: ContenderName;
  readonly jobs: readonly AskedJob[];
  readonly urgent: readonly UrgentCall[];
  readonly beganAtMs: number;
  /** When the contender was done, or stopped. */
  readonly endedAtMs: number;
  readonly counts: SimulatorCounts;
  /** The limiter's best time for so many calls that all come at once, in milliseconds. */
  readonly bestMsFor: (calls: number) => number;
}

/** Judges a run by what its simulator counted. */
export function judged({ contender, jobs, urgent, beganAtMs, endedAtMs, counts, bestMsFor }: Run): Verdict {
  const acceptedAtMs = acceptances(counts);
  const accepted = jobs.flatMap((job) => acceptedAtMs.get(askedKey(job)) ?? []);
  const cut = accepted.length < jobs.length;
  const lastMs = cut ? endedAtMs : Math.max(...accepted);
  const urgentAcceptedMs = urgent.map(({ job }) => acceptedAtMs.get(askedKey(job)) ?? null);
  const urgentBefore = urgentAcceptedMs.filter((atMs) => atMs !== null && atMs <= lastMs).length;
  const { accepted: passed, refused, insideClosed } = theLimit(counts);
  return {
    contender,
    timesBest: cut ? CUT_AT : (lastMs - beganAtMs) / bestMsFor(jobs.length + urgentBefore),
    cut,
    seconds: (endedAtMs - beganAtMs) / 1000,
    jobs: { asked: jobs.length, accepted: accepted.length },
    made: passed + refused,
    refused,
    insideClosed,
    urgent: {
      asked: urgent.length,
      accepted: urgentAcceptedMs.filter((atMs) => atMs !== null).length,
      p95Ms: percentile(
        urgent.map(({ askedAtMs }, index) => Math.max(0, (urgentAcceptedMs[index] ?? endedAtMs) - askedAtMs)),
        0.95,
      ),
    },
  };
}

/** The nearest rank: the smallest value that so large a share of all does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** When each job that was made was accepted, by its key. A job made twice counts with its first. */
function acceptances(counts: SimulatorCounts): Map<string, number> {
  return new Map(
    counts.jobs.requests.flatMap(({ body, jobs }) => {
      const [item] = (body as { items: readonly { managementUnitId: string; startDate: string }[] }).items;
      const [first] = jobs;
      return item && first
        ? [[askedKey({ managementUnitId: item.managementUnitId, startAt: item.startDate }), first.arrivedAtMs]]
        : [];
    }),
  );
}

function theLimit({ limits }: SimulatorCounts): SimulatorCounts['limits'][string] {
  const [limit, ...others] = Object.values(limits);
  if (!limit || others.length > 0) throw new RangeError('a run has exactly one limit');
  return limit;
}
