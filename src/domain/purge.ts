import { Temporal as T } from 'temporal-polyfill';
import { z } from 'zod';
import { DATASET_NAMES, ExternalId, type LocalDate } from './exportWindow.js';
import { Failure } from './failure.js';
import { By, CustodyId, type HoldScope } from './legalHold.js';
import { DaysOfSeal } from './seal.js';
import type { DaysSealed, SealedDocument } from './sealedDocument.js';
import { isInScope } from './sealedDocument.js';

const Day = z.iso.date();
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Why an object stays that is older than the cut. */
export const STAY_REASONS = ['held', 'retained', 'unbound'] as const;
export type StayReason = (typeof STAY_REASONS)[number];

/** What a purge removes: landings and seals whose days all lie before the cut. */
export const PurgeScope = z.object({
  /** First local day that stays. */
  before: Day,
  /** Null for all datasets. */
  dataset: z.enum(DATASET_NAMES).nullable(),
  /** Management unit, or null for all. */
  managementUnitId: ExternalId.nullable(),
});
export type PurgeScope = z.infer<typeof PurgeScope>;

/** An object, by the hash of its bytes. */
export const PurgedObject = z.object({ path: z.string(), sha256: Sha256, bytes: z.number().int().nonnegative() });
export type PurgedObject = z.infer<typeof PurgedObject>;

/**
 * A seal that is purged, with the landings that go with it: those that no seal names that stays.
 *
 * Of a window's seal everything stays here by which its rows are counted.
 */
export const PurgedSeal = PurgedObject.extend({
  days: z.object({
    dataset: z.enum(DATASET_NAMES),
    managementUnitId: z.string().nullable(),
    businessUnitId: z.string().nullable(),
    from: Day,
    to: Day,
  }),
  /** With the other seals of this purge that name each. */
  landings: z.array(PurgedObject.extend({ alsoNamedBy: z.array(z.string()) })),
  window: DaysOfSeal.nullable(),
});
export type PurgedSeal = z.infer<typeof PurgedSeal>;

/** Part of what a purge removes: `seals/purged/<purge id>/<page>.json`, bound by an entry of the kind `purge` before anything is removed. */
export const PurgedPage = z.object({
  v: z.literal(1),
  kind: z.literal('purgedObjects'),
  purgeId: CustodyId,
  organisationId: z.string(),
  page: z.number().int().nonnegative(),
  at: z.string(),
  seals: z.array(PurgedSeal),
});
export type PurgedPage = z.infer<typeof PurgedPage>;

/**
 * Seals of a page that stayed after all: a hold or a retention came in between.
 *
 * Stored as `seals/purged/<purge id>/<page>-stayed.json` where there are any, bound by an entry of the kind `purge`: from then on the page
 * is done with, and verification expects these seals to be there.
 */
export const PurgeStayed = z.object({
  v: z.literal(1),
  kind: z.literal('purgeStayed'),
  purgeId: CustodyId,
  organisationId: z.string(),
  page: z.number().int().nonnegative(),
  at: z.string(),
  /** Of the page. */
  removed: z.number().int(),
  bytes: z.number().int(),
  stayed: z.array(z.object({ path: z.string(), why: z.enum(STAY_REASONS) })),
});
export type PurgeStayed = z.infer<typeof PurgeStayed>;

/** What a plan of a purge comes to. */
export const PurgeCounts = z.object({
  pages: z.number().int(),
  windows: z.number().int(),
  objects: z.number().int(),
  bytes: z.number().int(),
  /** Seals that stay although their days are older, by why. */
  stays: z.record(z.string(), z.number().int()),
  /** Some of them. */
  staying: z.array(z.object({ path: z.string(), why: z.string() })),
});
export type PurgeCounts = z.infer<typeof PurgeCounts>;

/** The intent of a purge, `seals/purges/<purge id>.json`, bound by an entry of the kind `purge` before anything is removed. */
export const PurgeIntent = PurgeScope.extend({
  v: z.literal(1),
  kind: z.literal('purge'),
  purgeId: CustodyId,
  organisationId: z.string(),
  by: By,
  at: z.string(),
  pages: z.number().int(),
  objects: z.number().int(),
  bytes: z.number().int(),
});
export type PurgeIntent = z.infer<typeof PurgeIntent>;

/** How a purge ended, `seals/purges/<purge id>/completed.json`, bound by an entry of the kind `purge`. */
export const PurgeCompleted = z.object({
  v: z.literal(1),
  kind: z.literal('purgeCompleted'),
  purgeId: CustodyId,
  organisationId: z.string(),
  at: z.string(),
  removed: z.number().int(),
  bytes: z.number().int(),
  /** Seals of the intent that stayed after all: a hold or retention came in between, or a new seal named a landing of theirs. */
  stayed: z.record(z.string(), z.number().int()),
});
export type PurgeCompleted = z.infer<typeof PurgeCompleted>;

export const PURGES_FOLDER = 'seals/purges';

export function purgeIntentPath(purgeId: string): string {
  return `${PURGES_FOLDER}/${purgeId}.json`;
}

export function purgeCompletedPath(purgeId: string): string {
  return `${PURGES_FOLDER}/${purgeId}/completed.json`;
}

export function purgedPagePath(purgeId: string, page: number): string {
  return `seals/purged/${purgeId}/${String(page).padStart(6, '0')}.json`;
}

export function purgeStayedPath(purgeId: string, page: number): string {
  return purgedPagePath(purgeId, page).replace(/\.json$/, '-stayed.json');
}

/**
 * First local day that stays: of a length of time such as `P3Y`, that long before today; or the date itself.
 *
 * @throws Failure `InvalidInput` where it is neither, or not over: what is to come cannot be purged.
 */
export function cutOf(olderThan: string, today: LocalDate): LocalDate {
  const cut = dateOf(olderThan, today);
  if (cut === null)
    throw new Failure(
      'InvalidInput',
      `--older-than ${olderThan} is neither a length of whole days, weeks, months or years (P3Y, P18M, P90D) nor a date (2023-01-01); nothing was removed`,
    );
  if (cut >= today)
    throw new Failure('InvalidInput', `--older-than ${olderThan} is ${cut}, which is not over; nothing was removed`);
  return cut;
}

/** Whether all days lie before the cut. */
export function isOlder(days: DaysSealed, { before, dataset, managementUnitId }: PurgeScope): boolean {
  if (days.to > before) return false;
  if (dataset !== null && days.dataset !== dataset) return false;
  return managementUnitId === null || days.managementUnitId === managementUnitId;
}

/** What is known of a seal, and of the landings that no other seal names that stays, right before they are removed. */
export interface RemovalFacts {
  readonly days: DaysSealed;
  readonly holds: readonly HoldScope[];
  /** Protection of each of the objects that is still there. */
  readonly protections: readonly { readonly held: boolean; readonly retainedUntil: string | null }[];
}

/**
 * Whether a seal goes with its landings, or why all of them stay.
 *
 * One by one would leave landings that no seal names, which no later purge would find.
 */
export function decideRemoval({ days, holds, protections }: RemovalFacts): 'goes' | 'held' | 'retained' {
  if (holds.some((hold) => isInScope(hold, days))) return 'held';
  if (protections.some(({ held }) => held)) return 'held';
  return protections.some(({ retainedUntil }) => retainedUntil !== null) ? 'retained' : 'goes';
}

/** What stays of a window's seal when it is purged. */
export function windowStub({ kind }: SealedDocument, document: unknown): PurgedSeal['window'] {
  return kind === 'window' ? (DaysOfSeal.safeParse(document).data ?? null) : null;
}

function dateOf(olderThan: string, today: LocalDate): LocalDate | null {
  if (/^P(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/.test(olderThan) && olderThan !== 'P')
    return T.PlainDate.from(today).subtract(T.Duration.from(olderThan)).toString();
  return Day.safeParse(olderThan).data ?? null;
}
