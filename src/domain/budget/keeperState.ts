import { z } from 'zod';
import { GATE_NAMES, type GateName } from '../family.js';
import { DocumentedLimit, TokenCounters } from './budgetReports.js';
import { JobsUnderWay, NO_JOBS } from './jobsUnderWay.js';
import { LimitState, limitFrom, newLimit } from './limitState.js';
import { RateText } from './rate.js';
import { RecentCounts } from './recentCounts.js';

const Instant = z.number();
const Count = z.number().int().nonnegative();

/** Refusals that are remembered by id, so that one told twice counts once. */
export const CALLS_REMEMBERED = 64;
/** Workers that are remembered; those that told nothing for longest are forgotten first. */
export const WORKERS_REMEMBERED = 64;

const Learnt = z.object({
  provenPerSecond: z.number().nullable().catch(null),
  windowMs: z.number().nullable().catch(null),
  jobs: z.object({ most: z.number().nullable().catch(null) }).catch({ most: null }),
  latestMs: Instant.catch(0),
});

function salvagedModel(left: unknown): z.infer<typeof LimitState> {
  const other = Learnt.safeParse(left);
  if (!other.success) return newLimit();
  const { provenPerSecond, windowMs, jobs, latestMs } = other.data;
  return limitFrom({ ratePerSecond: provenPerSecond, windowMs, maxJobs: jobs.most }, latestMs);
}

/** What the keeper knows of one gate's calls. */
export const FamilyRecord = z.object({
  /** Closed by what a refusal named, until an instant. */
  gate: z.object({ untilMs: Instant, why: z.string() }).nullable().catch(null),
  /** What was learnt. One of another version gives up all but its rate, window and jobs. */
  model: LimitState.catch(({ value }) => salvagedModel(value)),
  /** What an operator set. */
  set: z.object({ rate: RateText }).nullable().catch(null),
  /** Refused calls of the last hour. */
  refused: RecentCounts.catch([]),
  /** Why the last refusal was: for people. */
  lastRefusal: z.string().nullable().catch(null),
  jobs: JobsUnderWay.catch(NO_JOBS),
});
export type FamilyRecord = Readonly<z.infer<typeof FamilyRecord>>;

/** The last tally of a worker: its number, and when it was told. */
export interface ToldWorker {
  readonly number: number;
  readonly atMs: number;
}

/**
 * All that a keeper knows, as one run hands it to the next.
 *
 * Read with `keeperStateOf`, which takes what it can of a state that an older or newer version wrote: a keeper forgets rather than
 * fails.
 */
export interface KeeperState {
  readonly v: 1;
  readonly families: Readonly<Partial<Record<GateName, FamilyRecord>>>;
  readonly documented: readonly DocumentedLimit[];
  readonly counters: TokenCounters | null;
  /** Ids of the last refusals. */
  readonly calls: readonly string[];
  /** Last tally of each worker. */
  readonly workers: Readonly<Record<string, ToldWorker>>;
  /** Why task queues cannot be given rates on this server; null while they can, as far as known. */
  readonly noQueueRates: string | null;
}

export const EMPTY_KEEPER: KeeperState = {
  v: 1,
  families: {},
  documented: [],
  counters: null,
  calls: [],
  workers: {},
  noQueueRates: null,
};

/** A family of which nothing is known. */
export const UNKNOWN_FAMILY: FamilyRecord = FamilyRecord.parse({});

const Outside = z.object({
  families: z.record(z.string(), z.unknown()).catch({}),
  documented: z.array(DocumentedLimit).catch([]),
  counters: TokenCounters.nullable().catch(null),
  calls: z.array(z.string()).catch([]),
  workers: z.record(z.string(), z.object({ number: Count, atMs: Instant })).catch({}),
  noQueueRates: z.string().nullable().catch(null),
});

/** The state that an earlier run left, without what cannot be read of it; nothing known where there is none. */
export function keeperStateOf(left: unknown): KeeperState {
  const read = Outside.safeParse(left ?? {});
  if (!read.success) return EMPTY_KEEPER;
  const families: Partial<Record<GateName, FamilyRecord>> = {};
  for (const name of GATE_NAMES) {
    const family = FamilyRecord.safeParse(read.data.families[name]);
    if (family.success) families[name] = family.data;
  }
  return { ...EMPTY_KEEPER, ...read.data, families };
}

/** What is known of one family. */
export function familyOf(state: KeeperState, name: GateName): FamilyRecord {
  return state.families[name] ?? UNKNOWN_FAMILY;
}

/** The state with one family changed. */
export function withFamily(state: KeeperState, name: GateName, change: Partial<FamilyRecord>): KeeperState {
  return { ...state, families: { ...state.families, [name]: { ...familyOf(state, name), ...change } } };
}
