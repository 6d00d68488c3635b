import { z } from 'zod';
import { ExportWindow } from './exportWindow.js';
import type { SystemicFailure } from './failure.js';
import type { Gap } from './gap.js';
import type { ExportRange } from './historyExportInput.js';
import type { Landing } from './landing.js';
import { LANES } from './lane.js';
import type { TableChanges } from './rowChanges.js';

/** What steps of a window that was stopped had brought, as its workflow tells and takes it (`workflows/keptSteps.ts`). */
export const KeptWindow = z.record(z.string(), z.unknown());
export type KeptWindow = Readonly<z.infer<typeof KeptWindow>>;

/**
 * Input of the workflow `exportWindow`, made by `historyExport`.
 *
 * A schema with a version, because running workflows cross deployments.
 */
export const ExportWindowInput = z.object({
  v: z.literal(1),
  organisationId: z.string(),
  /** Workflow id and first run id of the export that asked; they name the window's outcome in its manifest. */
  exportId: z.string(),
  runId: z.string(),
  /** What a person reads in the Temporal UI: dataset, unit's name, dates. */
  label: z.string().max(200),
  window: ExportWindow,
  exceptions: z.boolean(),
  actuals: z.boolean(),
  lane: z.enum(LANES),
  /** Load even what `Shrunk` holds back. */
  force: z.boolean(),
  /** Whether a step under way is ended before the window is: not by windows that began before this was told. */
  endsSteps: z.boolean().optional(),
  /** What steps of the window brought before the same export was cancelled, by what they were for. */
  kept: KeptWindow.optional(),
});
export type ExportWindowInput = z.infer<typeof ExportWindowInput>;

/** How a window ended: result of `exportWindow`. */
export interface WindowResult {
  readonly windowId: string;
  readonly seal: string;
  readonly rows: Readonly<Record<string, number>>;
  /** What became of the rows, by table; absent where an earlier version loaded them. */
  readonly changes?: TableChanges;
  /** API calls that its steps made, and the fewest that could have done. */
  readonly calls: { readonly made: number; readonly minimum: number };
  readonly gaps: readonly Gap[];
}

/** A management unit that an export covers. */
export interface ExportUnit {
  readonly id: string;
  readonly name: string;
  readonly businessUnitId: string;
  readonly timeZone: string;
}

/** Parts of the organisation's structure that are one API call each. */
export type StructurePart =
  | { readonly kind: 'businessUnits' }
  | { readonly kind: 'managementUnits' }
  | { readonly kind: 'weeks'; readonly businessUnitId: string }
  | { readonly kind: 'users'; readonly managementUnitId: string }
  | { readonly kind: 'activityCodes'; readonly businessUnitId: string };

/**
 * A part of the structure, landed. Only the path of an object with our reading of it (names included) and the landing's hash: no name
 * enters a history.
 */
export interface LandedStructure {
  readonly organisationId: string;
  readonly path: string;
}

/** The units that an export covers, as Genesys names them today, and the dates in their zones. */
export interface SelectedUnits {
  readonly units: readonly ExportUnit[];
  readonly range: ExportRange;
}

/** A job that Genesys works on. */
export interface SubmittedJob {
  readonly jobId: string;
  readonly requestedAt: string;
  readonly correlationId: string;
  /** Milliseconds after which asking for it is worth a call, from how long such jobs took. */
  readonly firstPollInMs: number;
  /** Files of a job that was complete at once. */
  readonly filesAtOnce: number | null;
}

/** A job that has ended. `calls` counts the polls. */
export interface EndedJob {
  readonly state: 'Complete' | 'Error';
  readonly files: number;
  readonly calls: number;
  readonly correlationId: string;
}

/** A body that has landed. */
export interface LandedBody {
  readonly landing: Landing;
  readonly receivedAt: string;
  readonly calls: number;
}

/** The users to ask occupancy for, kept as an object so that no list of people enters a history. */
export interface UserList {
  readonly path: string;
  readonly count: number;
  /** Local dates that had no adherence to name their users. */
  readonly presentUsersOnly: readonly string[];
}

/** A slice of a user list, `from` inclusive, `to` exclusive, by position. */
export interface UserSlice {
  readonly from: number;
  readonly to: number;
}

/** Genesys's answer for a slice, or the users it refused (none named: the slice must be halved to find them). */
export type OccupancyAnswer =
  | ({ readonly kind: 'landed'; readonly requestedAt: string; readonly correlationId: string } & LandedBody)
  | { readonly kind: 'refused'; readonly userIds: readonly string[]; readonly message: string; readonly calls: number };

/** A published schedule as the list shows it: its version moves whenever it is edited. */
export interface ListedSchedule {
  readonly id: string;
  readonly version: number;
}

/** The published schedules of one week, landed. */
export interface ScheduleList extends LandedBody {
  readonly schedules: readonly ListedSchedule[];
  readonly requestedAt: string;
  readonly correlationId: string;
}

/** What a search for published shifts brought; `processing` brought nothing, and there is nothing to ask for it by. */
export type SearchedSchedules =
  | ({ readonly kind: 'landed'; readonly requestedAt: string; readonly correlationId: string } & LandedBody)
  | { readonly kind: 'processing'; readonly status: string; readonly calls: number };

/** One API call behind a window, as the seal will name it; bodies are rebuilt where they are needed. */
export interface WindowRequest {
  readonly jobId: string | null;
  readonly correlationIds: readonly string[];
  readonly requestedAt: string;
  readonly users: { readonly path: string; readonly slice: UserSlice; readonly without: readonly string[] } | null;
  /** First day of the week whose published schedules were listed; absent for calls that bring the window itself. */
  readonly listedWeek?: string;
}

/** What a window brought from Genesys, ready to load. */
export interface FetchedWindow {
  readonly requestedAt: string;
  readonly requests: readonly WindowRequest[];
  readonly bodies: readonly LandedBody[];
  /** Published schedules that its shifts may be of, and the landings that say so. */
  readonly published?: { readonly schedules: readonly ListedSchedule[]; readonly lists: readonly LandedBody[] };
  readonly presentUsersOnly: readonly string[];
  readonly refusedUserIds: readonly string[];
  readonly calls: { readonly made: number; readonly minimum: number };
}

/** What a load did, without the rows. */
export interface LoadSummary {
  readonly seal: string;
  readonly rows: Readonly<Record<string, number>>;
  /** What became of the rows, by table; absent where an earlier version loaded them. */
  readonly changes?: TableChanges;
  readonly gaps: readonly Gap[];
}

/** The plan of an export, written as pages of windows so that no list of them enters a history. */
export interface ExportPlan {
  /** Folder of the pages in the object store. */
  readonly folder: string;
  readonly pages: number;
  readonly windows: number;
}

/** A window of the plan, with what a person reads of it in the Temporal UI. */
export const PlannedWindow = z.object({ window: ExportWindow, label: z.string(), kept: KeptWindow.optional() });
export type PlannedWindow = z.infer<typeof PlannedWindow>;

/** What another export's run of a window brought: `nothing` when it failed, or ended before this export began. */
export type OtherRun = { readonly ended: 'result'; readonly result: WindowResult } | { readonly ended: 'nothing' };

/** Why an export stands still. */
export interface Pause {
  readonly reason: string;
  readonly since: string;
  /** Who or what: an operator, or the failure by which it paused itself; absent where an older version said only the reason. */
  readonly kind?: PauseKind;
}

export type PauseKind = 'operator' | SystemicFailure;
