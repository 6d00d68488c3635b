import { z } from 'zod';
import { DATASET_NAMES, ExternalId } from './exportWindow.js';

/** Id of a hold, or of a purge: part of paths and ids in Temporal. */
export const CustodyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, at most 64');
const Day = z.iso.date();

/** Why, in words of the operator. */
export const Reason = z.string().min(1).max(1000);
/** Who, as the operator names them. */
export const By = z.string().min(1).max(200);

const Scope = z.object({
  /** Null for all datasets. */
  dataset: z.enum(DATASET_NAMES).nullable(),
  /** Management unit, or null for all. */
  managementUnitId: ExternalId.nullable(),
  from: Day,
  /** Exclusive. */
  to: Day,
});

/** What a legal hold keeps: every landing, seal and row of its datasets, units and local days, those that arrive later too. */
export const HoldScope = Scope.refine(({ from, to }) => from < to, {
  path: ['to'],
  message: 'not after the first day',
});
export type HoldScope = z.infer<typeof HoldScope>;

/** A hold that is asked for. The unit may be given by its exact name. */
export const HoldRequest = Scope.extend({
  managementUnitId: z.string().min(1).max(200).nullable(),
  reason: Reason,
  by: By,
}).refine(({ from, to }) => from < to, { path: ['to'], message: 'not after the first day' });
export type HoldRequest = z.infer<typeof HoldRequest>;

/** The end of a hold that is asked for. */
export const ReleaseRequest = z.object({ reason: Reason, by: By });
export type ReleaseRequest = z.infer<typeof ReleaseRequest>;

/** A hold that was placed, `seals/holds/<hold id>/placed.json`, bound by an entry of the kind `hold`. */
export const PlacedHold = Scope.extend({
  v: z.literal(1),
  kind: z.literal('holdPlaced'),
  holdId: CustodyId,
  organisationId: z.string(),
  /** Of the management unit, where it is known: snapshots are of business units. */
  businessUnitId: z.string().nullable(),
  reason: Reason,
  by: By,
  at: z.string(),
});
export type PlacedHold = z.infer<typeof PlacedHold>;

/** The end of a hold, `seals/holds/<hold id>/released.json`, bound by an entry of the kind `hold`. */
export const ReleasedHold = z.object({
  v: z.literal(1),
  kind: z.literal('holdReleased'),
  holdId: CustodyId,
  reason: Reason,
  by: By,
  at: z.string(),
});
export type ReleasedHold = z.infer<typeof ReleasedHold>;

/** A place in the chain: the seal of this index of this entry is looked at next. */
export const ChainPlace = z.object({ seq: z.number().int().positive(), seal: z.number().int().nonnegative() });
export type ChainPlace = z.infer<typeof ChainPlace>;

/**
 * Objects that a hold keeps, by version: those of a stretch of the chain.
 *
 * Stored as `seals/held/<hold id>/<entry>-<seal>.json` (where the stretch begins), bound by an entry of the kind `hold`.
 */
export const HeldObjects = z.object({
  v: z.literal(1),
  kind: z.literal('heldObjects'),
  holdId: CustodyId,
  organisationId: z.string(),
  from: ChainPlace,
  /** Where the next stretch begins. */
  next: ChainPlace,
  /** Whether the chain ended here when this was written. */
  complete: z.boolean(),
  /** Whether it was there when the hold was placed, or came later. */
  during: z.enum(['placement', 'arrivals']),
  at: z.string(),
  objects: z.array(z.object({ path: z.string(), versionId: z.string().nullable() })),
  /** Objects that seals in range name, and the store did not have. */
  missing: z.array(z.string()),
});
export type HeldObjects = z.infer<typeof HeldObjects>;

/** A hold as the registry has it. */
export interface RegisteredHold {
  readonly placed: PlacedHold;
  /** Null while it stands. */
  readonly released: ReleasedHold | null;
}

/** Folder of the registry: two small documents a hold. */
export const HOLDS_FOLDER = 'seals/holds';

export function placedPath(holdId: string): string {
  return `${HOLDS_FOLDER}/${holdId}/placed.json`;
}

export function releasedPath(holdId: string): string {
  return `${HOLDS_FOLDER}/${holdId}/released.json`;
}

/** Folder of what a hold keeps, by version. */
export function heldFolder(holdId: string): string {
  return `seals/held/${holdId}`;
}

export function heldPath(holdId: string, { seq, seal }: ChainPlace): string {
  return `${heldFolder(holdId)}/${String(seq).padStart(12, '0')}-${String(seal).padStart(6, '0')}.json`;
}

/** Holds that stand. */
export function standing(holds: readonly RegisteredHold[]): PlacedHold[] {
  return holds.filter(({ released }) => released === null).map(({ placed }) => placed);
}

/** A hold in a few words: `adherence of unit 3f…, 2024-01-01 to 2025-01-01`. */
export function describeScope({ dataset, managementUnitId, from, to }: HoldScope): string {
  const unit = managementUnitId === null ? 'all units' : `unit ${managementUnitId}`;
  return `${dataset ?? 'all datasets'} of ${unit}, ${from} to ${to}`;
}
