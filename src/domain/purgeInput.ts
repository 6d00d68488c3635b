import { z } from 'zod';
import { By, CustodyId } from './legalHold.js';
import { DATASET_NAMES } from './exportWindow.js';
import type { PurgeCounts } from './purge.js';

/** What to purge, as the operator says it. */
export const PurgeRequest = z.object({
  /** A length of time such as `P3Y`, or the first local day that stays. */
  olderThan: z.string().min(1).max(40),
  dataset: z.enum(DATASET_NAMES).nullable(),
  /** By id or exact name. */
  managementUnitId: z.string().min(1).max(200).nullable(),
  by: By,
});
export type PurgeRequest = z.infer<typeof PurgeRequest>;

/** Where a purge has got to, for its next run. */
const ContinuedPurge = z.object({
  plan: z.object({ folder: z.string(), headSeq: z.number().int(), before: z.string(), counts: z.unknown() }),
  page: z.number().int(),
  removed: z.number().int(),
  bytes: z.number().int(),
  stayed: z.record(z.string(), z.number().int()),
});

/** Input of the workflow `purge`. */
export const PurgeInput = z.object({
  v: z.literal(1),
  purgeId: CustodyId,
  request: PurgeRequest,
  /** Whether to go on without being told `confirmPurge`. */
  confirmed: z.boolean(),
  continued: ContinuedPurge.optional(),
});
export type PurgeInput = z.infer<typeof PurgeInput>;

/** A plan of a purge: what it comes to, and where its pages are. */
export interface PurgePlanned {
  /** First local day that stays. */
  readonly before: string;
  /** Of `plans/`. */
  readonly folder: string;
  /** Number of the chain's newest entry when the plan was begun; 0 for none. */
  readonly headSeq: number;
  readonly counts: PurgeCounts;
}

/** How far a purge is: answer of the query `purgeProgress`, and result of the workflow. */
export interface PurgeProgress {
  readonly purgeId: string;
  /** `planned` waits for `confirmPurge`; `abandoned` and `nothing` removed nothing. */
  readonly state: 'planning' | 'planned' | 'abandoned' | 'nothing' | 'removing' | 'completed';
  /** Null until it is known. */
  readonly before: string | null;
  readonly counts: PurgeCounts | null;
  /** Objects and bytes removed so far. */
  readonly removed: number;
  readonly bytes: number;
  /** Seals that stayed after all, by why. */
  readonly stayed: Readonly<Record<string, number>>;
}
