import { z } from 'zod';
import { DATASET_NAMES } from './exportWindow.js';

const HoldId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, at most 64');
const Day = z.iso.date();

/** What a legal hold keeps: every landing, seal and row of its datasets, units and local days, those that arrive later too. */
export const HoldScope = z.object({
  /** Null for all datasets. */
  dataset: z.enum(DATASET_NAMES).nullable(),
  /** Management unit, or null for all. */
  managementUnitId: z.string().nullable(),
  from: Day,
  /** Exclusive. */
  to: Day,
});
export type HoldScope = z.infer<typeof HoldScope>;

/** A hold that was placed, `seals/holds/<hold id>/placed.json`, bound by an entry of the kind `hold`. */
export const PlacedHold = HoldScope.extend({
  v: z.literal(1),
  kind: z.literal('holdPlaced'),
  holdId: HoldId,
  organisationId: z.string(),
  reason: z.string().min(1).max(1000),
  /** Who asked for it, as the operator names them. */
  by: z.string().min(1).max(200),
  at: z.string(),
});
export type PlacedHold = z.infer<typeof PlacedHold>;

/** The end of a hold, `seals/holds/<hold id>/released.json`, bound by an entry of the kind `hold`. */
export const ReleasedHold = z.object({
  v: z.literal(1),
  kind: z.literal('holdReleased'),
  holdId: HoldId,
  reason: z.string().min(1).max(1000),
  by: z.string().min(1).max(200),
  at: z.string(),
});
export type ReleasedHold = z.infer<typeof ReleasedHold>;
