import { z } from 'zod';
import { DATASET_NAMES } from './exportWindow.js';
import { TableChanges } from './rowChanges.js';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Rows = z.record(z.string(), z.number().int().nonnegative());

/** States of a local day in `coverage`. */
export const DAY_STATES = ['loaded', 'empty', 'provisional', 'pending', 'failed'] as const;
export type DayState = (typeof DAY_STATES)[number];

/** One API call behind a window: what was asked, and what Genesys support would ask for. */
export const SealedRequest = z.object({
  method: z.string(),
  path: z.string(),
  body: z.unknown(),
  jobId: z.string().nullable(),
  correlationIds: z.array(z.string()),
  requestedAt: z.string(),
});
export type SealedRequest = z.infer<typeof SealedRequest>;

export const SealedLanding = z.object({
  sha256: Sha256,
  bytes: z.number().int().nonnegative(),
  encoding: z.enum(['identity', 'gzip']),
  receivedAt: z.string(),
});
export type SealedLanding = z.infer<typeof SealedLanding>;

/**
 * What a load did with one local day.
 *
 * `kept` says why rows already in the warehouse stayed: `Shrunk` (the result was poorer) or `Older` (the result was older).
 * `rows` and `agents` are what the warehouse has for the day after this load, written by it or kept. `state` is `failed` with the
 * reason `NotCovered` where the result does not reach over the whole day, even if `coverage` keeps an earlier answer's state.
 */
export const SealedDay = z.object({
  localDate: z.string(),
  state: z.enum(DAY_STATES),
  rows: Rows,
  agents: z.number().int().nonnegative(),
  kept: z.enum(['Shrunk', 'Older']).nullable(),
  reason: z.string().nullable(),
  /** What those rows hold, by table: `contentsSql` of `src/warehouse/rowContents.ts`. Older seals have none. */
  contents: z.record(z.string(), z.string()).optional(),
});
export type SealedDay = z.infer<typeof SealedDay>;

/**
 * The manifest of one window: which request, which bytes, which rows.
 *
 * Stored as canonical JSON (RFC 8785) under `seals/<windowId>/<number>.json`.
 */
export const WindowSeal = z.object({
  v: z.literal(1),
  kind: z.literal('window'),
  windowId: z.string(),
  number: z.number().int().positive(),
  organisationId: z.string(),
  dataset: z.enum(DATASET_NAMES),
  managementUnitId: z.string(),
  businessUnitId: z.string(),
  timeZone: z.string(),
  /** Version of the IANA time-zone database that the days were computed with. */
  timeZoneDatabase: z.string(),
  from: z.string(),
  to: z.string(),
  startAt: z.string(),
  endAt: z.string(),
  /** Settings that shaped the rows: occupancy formula, granularity, exceptions, actuals. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  requestedAt: z.string(),
  requests: z.array(SealedRequest),
  landings: z.array(SealedLanding),
  loadedAt: z.string(),
  /** Rows of the answer that the warehouse has through this load, by table: written by it, or there already and equal. */
  rows: Rows,
  /** What became of the rows, by table. Seals of earlier versions have none: there every row was written again. */
  changes: TableChanges.optional(),
  days: z.array(SealedDay),
  /** Rows of another unit's day that this load replaced, because adherence now says this unit held the user. */
  taken: z.array(
    z.object({
      managementUnitId: z.string(),
      localDate: z.string(),
      table: z.string(),
      rows: z.number().int(),
      /** What those rows held. */
      contents: z.string().optional(),
    }),
  ),
  /** Rows of the landings that were not loaded, counted by why (`otherUnit`, `noUnit`, `outsideWindow`, `repeated`, `Shrunk`, `Older`). */
  leftInLanding: Rows,
  /** User ids that Genesys refused to answer for. */
  refusedUserIds: z.array(z.string()),
  /** Where days under legal hold were restated: the seals of before, whose landings stay, and the rows that moved to `<table>_superseded`. */
  supersedes: z
    .array(
      z.object({ seal: z.string().nullable(), localDates: z.array(z.string()), rows: Rows, landings: z.array(Sha256) }),
    )
    .optional(),
});
export type WindowSeal = z.infer<typeof WindowSeal>;

/** Of a window's seal, that by which its rows are counted: what a purge keeps of it. */
export const DaysOfSeal = WindowSeal.omit({
  requests: true,
  landings: true,
  settings: true,
  refusedUserIds: true,
  changes: true,
});
export type DaysOfSeal = z.infer<typeof DaysOfSeal>;

/**
 * What an export did, whole: every window and every gap.
 *
 * Stored as `seals/<exportId>/<runId>.json` and bound by the same chain entry as its windows' seals.
 */
export const ExportSeal = z.object({
  v: z.literal(1),
  kind: z.literal('export'),
  /** Workflow id of the export, and the first run id of its chain of runs. */
  exportId: z.string(),
  runId: z.string(),
  organisationId: z.string(),
  request: z.unknown(),
  status: z.enum(['complete', 'completeWithGaps']),
  startedAt: z.string(),
  endedAt: z.string(),
  /** The organisation's structure as it was read for this export. */
  structure: z.array(SealedLanding),
  windows: z.array(z.object({ windowId: z.string(), seal: z.string().nullable() })),
  rows: Rows,
  /** What became of the rows, by table; manifests of earlier versions have none. */
  changes: TableChanges.optional(),
  gaps: z.array(z.unknown()),
});
export type ExportSeal = z.infer<typeof ExportSeal>;

/** One link of the organisation's chain, `chain/<12 digits>.json`, canonical JSON, created once. */
export const ChainEntry = z.object({
  v: z.literal(1),
  seq: z.number().int().positive(),
  /** SHA-256 of the previous entry's file; null for the first. */
  previous: Sha256.nullable(),
  kind: z.enum(['export', 'round', 'hold', 'purge', 'key']),
  at: z.string(),
  seals: z.array(z.object({ path: z.string(), sha256: Sha256 })),
});
export type ChainEntry = z.infer<typeof ChainEntry>;
