import { z } from 'zod';
import { GATE_NAMES } from '../family.js';

const InstantMs = z.number().int().nonnegative();

/** What the keeper tells workers of one family. */
export const FamilyBudget = z.strictObject({
  /** Closed until then; null when open. */
  gate: z.strictObject({ untilMs: InstantMs, why: z.string().max(300) }).nullable(),
  /** Calls a second that all workers together may make, learnt or set; null when nothing bounds them. */
  ratePerSecond: z.number().positive().nullable(),
  /** Whether it has opened is being tried: each worker lets its calls go one by one, those too that left the queue before. */
  trying: z.literal(true).optional(),
  /** Who keeps that rate: the task queue, or, where the server cannot, each worker its share. */
  pacedBy: z.enum(['queue', 'client']),
  maxJobs: z.number().int().positive().nullable(),
  /** Jobs under way in all workers, as of their last tallies. */
  jobsInFlight: z.number().int().nonnegative(),
  /** How often a worker that calls tells its tally; null while nobody wants to know. */
  tallyEveryMs: z.number().positive().nullable(),
});
export type FamilyBudget = z.infer<typeof FamilyBudget>;

/** What a worker tells with its query `budget`: the keeper's own clock stands still while nothing is told. */
export interface BudgetQuestion {
  readonly worker: string;
  readonly nowMs: number;
}

/** What the keeper answers to a worker's query `budget`: only families of which anything is known. */
export const BudgetView = z.strictObject({
  v: z.literal(1),
  /** Which keeper says so: the same through all its runs, another after somebody ended it. */
  keeper: z.string().optional(),
  /** Workers that told a tally lately. */
  workers: z.number().int().nonnegative(),
  /** Number of the last tally of the worker that asks that is counted in. */
  lastTally: z.number().int().nonnegative().optional(),
  /** When rates change next though nothing is told; left out when they do not. */
  changesAtMs: InstantMs.optional(),
  families: z.partialRecord(z.enum(GATE_NAMES), FamilyBudget),
});
export type BudgetView = z.infer<typeof BudgetView>;

/** Nothing known: a keeper that has not been told anything, or that does not answer. */
export const EMPTY_BUDGET: BudgetView = { v: 1, workers: 0, families: {} };

/** A family of which nothing is known: nothing bounds it. */
export const UNBOUNDED_FAMILY: FamilyBudget = {
  gate: null,
  ratePerSecond: null,
  pacedBy: 'queue',
  maxJobs: null,
  jobsInFlight: 0,
  tallyEveryMs: null,
};
