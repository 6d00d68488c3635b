import { z } from 'zod';
import { CallCurve, NO_CALLS } from './callCurve.js';
import { CREDIT_BOUND, FIRST_STEP } from './limitParameters.js';

const Instant = z.number();
const PerSecond = z.number().positive();

/**
 * What is known of one family's limit. Plain JSON, at most 4 KB however long it learns.
 *
 * Instants are milliseconds since the epoch, by whatever clock the events came with; 0 is "never".
 */
export const LimitState = z.strictObject({
  v: z.literal(1),
  /** `learn` until the first cycles were measured; `track` keeps a rate and tries for more; `jobs` bounds jobs under way instead. */
  mode: z.enum(['learn', 'track', 'jobs']),
  /** The API's own counters came with the answers: the client paces by them, and nothing is learnt here. */
  announced: z.boolean(),
  /** Rate in force; null before the first refusal. */
  pacePerSecond: PerSecond.nullable(),
  /** Fastest rate that has held; what a failed try returns to. */
  provenPerSecond: PerSecond.nullable(),
  windowMs: z.number().positive().nullable(),
  gate: z.strictObject({
    untilMs: Instant,
    /** The last refusal that closed it, and the first of this closure. */
    closedMs: Instant,
    firstRefusedMs: Instant,
    lastRefusedSentMs: Instant,
    /** No call was accepted yet since it closed. */
    unproven: z.boolean(),
    /** Its instant is what the refusal named, not a guess. */
    asTold: z.boolean(),
    /** Refusals after its instant, one after another. */
    tooEarly: z.number().int().nonnegative(),
  }),
  /** How often the instants that refusals named were right and wrong. */
  told: z.strictObject({
    kept: z.number().int().nonnegative(),
    broken: z.number().int().nonnegative(),
    longestMs: z.number().nonnegative(),
  }),
  /** Between which instants the limit last opened, the latest of both being the best guess; and such guesses. */
  reopened: z.strictObject({ byMs: Instant, notBeforeMs: Instant }).nullable(),
  reopenings: z.array(Instant).max(8),
  /** Longest closure while learning. */
  longestClosureMs: z.number().nonnegative(),
  /** First refusals of closures. */
  closures: z.array(z.strictObject({ atMs: Instant, jobs: z.number().nullable() })).max(6),
  /** A closure that waits for the tallies of what went before it. */
  unjudged: z.strictObject({ atMs: Instant, toldMs: z.number().nullable() }).nullable(),
  lastJudgedAsTooFast: z.boolean(),
  /** When the rate was last lowered. */
  cutMs: Instant,
  /** The rate that was refused when it was last cut. */
  pacedBeforeCut: PerSecond.nullable(),
  /** Calls of the cycle that was learnt from, where its length was only bounded: until the rate learnt from it is refused. */
  callsOfCycle: z.number().positive().nullable(),
  callsBeforeFirstRefusal: z.number().nonnegative().nullable(),
  probe: z.strictObject({
    running: z.boolean(),
    step: z.number().positive(),
    gapDwells: z.number().positive(),
    notBeforeMs: Instant,
    sinceMs: Instant,
    /** A rate that failed since one as high had held. */
    failedPerSecond: PerSecond.nullable(),
    /** Refusals that are paid for. */
    credit: z.number(),
  }),
  jobs: z.strictObject({
    most: z.number().int().positive().nullable(),
    /** By how much it was last raised, 0 when it was lowered since; and the time to the next raise, in units. */
    raisedBy: z.number().int().nonnegative(),
    raiseGap: z.number().positive(),
    /** Accepted calls until the idea that jobs are limited has held; refusals meanwhile; tests that failed. */
    testLeft: z.number().int().nonnegative(),
    testRefusals: z.number().int().nonnegative(),
    testsFailed: z.number().int().nonnegative(),
    changedMs: Instant,
    /** Refusals one after another with nothing accepted between, and with far fewer jobs than the bound. */
    inARow: z.number().int().nonnegative(),
    farBelow: z.number().int().nonnegative(),
  }),
  /** A longer limit around the one that is tracked: a day's quota. */
  outer: z
    .strictObject({
      byMs: Instant,
      notBeforeMs: Instant,
      windowMs: z.number().positive().nullable(),
      ratePerSecond: PerSecond.nullable(),
    })
    .nullable(),
  /** Calls of the queue without a rate, as a rate that fades. */
  urgent: z.strictObject({ perSecond: z.number().nonnegative(), atMs: Instant }),
  accepted: CallCurve,
  refused: CallCurve,
  /** Hashes of the last refusals, so that one told twice counts once. */
  lastRefusals: z.array(z.number().int().nonnegative()).max(24),
  /** Latest instant of any event. */
  latestMs: Instant,
});
export type LimitState = Readonly<z.infer<typeof LimitState>>;

/** Nothing known of jobs. */
export const NO_JOBS_LIMIT: LimitState['jobs'] = {
  most: null,
  raisedBy: 0,
  raiseGap: 1,
  testLeft: 0,
  testRefusals: 0,
  testsFailed: 0,
  changedMs: 0,
  inARow: 0,
  farBelow: 0,
};

/** What may be known before the first call: learnt in an earlier life, or set by hand. */
export interface KnownLimit {
  readonly ratePerSecond: number | null;
  readonly windowMs: number | null;
  readonly maxJobs: number | null;
}

/** A model that knows nothing. */
export function newLimit(): LimitState {
  return {
    v: 1,
    mode: 'learn',
    announced: false,
    pacePerSecond: null,
    provenPerSecond: null,
    windowMs: null,
    gate: {
      untilMs: 0,
      closedMs: 0,
      firstRefusedMs: 0,
      lastRefusedSentMs: 0,
      unproven: false,
      asTold: false,
      tooEarly: 0,
    },
    told: { kept: 0, broken: 0, longestMs: 0 },
    reopened: null,
    reopenings: [],
    longestClosureMs: 0,
    closures: [],
    unjudged: null,
    lastJudgedAsTooFast: false,
    cutMs: 0,
    pacedBeforeCut: null,
    callsOfCycle: null,
    callsBeforeFirstRefusal: null,
    probe: {
      running: false,
      step: FIRST_STEP,
      gapDwells: 1,
      notBeforeMs: 0,
      sinceMs: 0,
      failedPerSecond: null,
      credit: 0,
    },
    jobs: NO_JOBS_LIMIT,
    outer: null,
    urgent: { perSecond: 0, atMs: 0 },
    accepted: NO_CALLS,
    refused: NO_CALLS,
    lastRefusals: [],
    latestMs: 0,
  };
}

/** A model that starts from a known rate, window or number of jobs, and holds it from the first call. Numbers that make no sense are left out. */
export function limitFrom(known: KnownLimit, nowMs: number): LimitState {
  const rate = positive(known.ratePerSecond);
  const jobs = positive(known.maxJobs);
  const state = newLimit();
  const probe = { ...state.probe, sinceMs: nowMs, notBeforeMs: nowMs, credit: CREDIT_BOUND };
  const seeded = { ...state, pacePerSecond: rate, provenPerSecond: rate, windowMs: positive(known.windowMs), probe };
  if (jobs !== null && jobs >= 1)
    return { ...seeded, mode: 'jobs', jobs: { ...state.jobs, most: Math.floor(jobs), changedMs: nowMs } };
  return rate === null ? state : { ...seeded, mode: 'track', latestMs: nowMs };
}

function positive(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value > 0 ? value : null;
}
