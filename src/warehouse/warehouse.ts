import type { DatasetLoad } from '../domain/datasetLoad.js';
import type { LoadedRows } from '../domain/expectedRows.js';
import type { DatasetName, ExportWindow, LocalDate } from '../domain/exportWindow.js';
import type { Gap } from '../domain/gap.js';
import type { LocalDay } from '../domain/localDay.js';
import type { DayState, SealedLanding, SealedRequest, WindowSeal } from '../domain/seal.js';
import type { CoveredDays } from './coveredDays.js';
import type { WarehouseHolds } from './warehouseHolds.js';

/** Today's structure of the organisation, as dimension tables. Only the agents' names are personal data. */
export interface Structure {
  readonly businessUnits: readonly { id: string; name: string }[];
  readonly managementUnits: readonly {
    id: string;
    name: string;
    businessUnitId: string;
    timeZone: string;
    startDayOfWeek: string | null;
  }[];
  /** Present users of the units that were read; units absent here keep what the table has. */
  readonly agents: readonly { userId: string; name: string | null; managementUnitId: string }[];
  readonly activityCodes: readonly { businessUnitId: string; id: string; name: string; category: string | null }[];
  readonly readAt: string;
}

/** A row of `coverage`. */
export interface CoverageDay {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  readonly state: DayState;
  readonly windowId: string;
  /** Path of the seal whose load the day last passed, or null where none did. */
  readonly seal: string | null;
  readonly rows: number;
  readonly requestedAt: string | null;
  readonly reason: string | null;
}

/** A day that an export marked as asked for, and how it had failed before, where it had. */
export interface MarkedDay extends Pick<CoverageDay, 'dataset' | 'managementUnitId' | 'localDate' | 'windowId'> {
  readonly failedBefore: Pick<CoverageDay, 'windowId' | 'reason'> | null;
}

/** A landing cut into NDJSON lines, ready to be parsed: see `DatasetLoad`. */
export interface SlicedLanding {
  readonly sha256: string;
  /** Absolute path of the NDJSON file. */
  readonly ndjsonPath: string;
  /** Bytes of its longest line. */
  readonly longestLineBytes: number;
  /** One a document in the landing: its envelope without the sliced array. `base`/`coveredUntil` are UTC instants. */
  readonly items: readonly { item: number; base: string; coveredUntil: string; envelope: string }[];
}

export interface WindowLoad {
  readonly window: ExportWindow;
  readonly days: readonly LocalDay[];
  readonly load: DatasetLoad;
  readonly landings: readonly SlicedLanding[];
  /** When the window was asked of Genesys: an older answer never replaces a newer one. */
  readonly requestedAt: string;
  readonly loadedAt: string;
  /** First local date that Genesys may still restate; days from it on load as `provisional`. */
  readonly provisionalFrom: LocalDate;
  /** Load even what `Shrunk` holds back. */
  readonly force: boolean;
  /** Days with a note that is not a failure, such as `PresentUsersOnly`. */
  readonly dayReasons: Readonly<Record<LocalDate, string>>;
  readonly seal: {
    readonly organisationId: string;
    readonly timeZoneDatabase: string;
    readonly settings: Record<string, string | number | boolean>;
    readonly requests: readonly SealedRequest[];
    readonly landings: readonly SealedLanding[];
    readonly refusedUserIds: readonly string[];
    /** Numbers that this window's folder already has in the object store; the seal takes the next. */
    readonly numbersTaken: readonly number[];
  };
}

export interface LoadedWindow {
  readonly seal: WindowSeal;
  readonly sealPath: string;
  readonly sealSha256: string;
}

/** A seal that the warehouse knows: written to the object store after the load committed, then bound by a chain entry. */
export interface CustodySeal {
  readonly path: string;
  readonly sha256: string;
  /** Canonical JSON, kept until the object is written; null afterwards. */
  readonly content: string | null;
  /** Sequence of the chain entry that binds it, or null. */
  readonly chainSeq: number | null;
}

/** How an export's window ended, for its manifest. */
export interface WindowOutcome {
  readonly exportId: string;
  readonly runId: string;
  readonly windowId: string;
  readonly seal: string | null;
  readonly gaps: readonly Gap[];
}

/** Users to ask occupancy for, and the days that had no adherence to name them. */
export interface WindowUsers {
  /** Sorted: the unit's present users and those that its adherence of the same days names. */
  readonly userIds: readonly string[];
  /** Days whose adherence is not loaded: they use the present users only. */
  readonly presentUsersOnly: readonly LocalDate[];
}

/**
 * Where rows go. Embedded: one writer, a DuckDB file; every method may run at once with others of the same process.
 *
 * Contract suite: `test/contract/warehouse.ts`.
 *
 * @throws Failure `Blocked` from any method when the file is held by another process (which is named), the disk is full, or the
 *   schema was written by a newer version.
 */
export interface Warehouse extends WarehouseHolds {
  readonly location: string;
  /** Brings an older schema up to date; refuses a newer one unharmed. Safe to repeat. */
  migrate(): Promise<void>;
  loadStructure(structure: Structure): Promise<void>;
  coverage(range: {
    dataset: DatasetName;
    managementUnitIds: readonly string[];
    from: LocalDate;
    to: LocalDate;
  }): Promise<CoverageDay[]>;
  /** Rows of each unit by table, and the days that were answered: what estimates go by. */
  loadedRows(): Promise<LoadedRows[]>;
  /** Marks days that nothing is known of, or that failed before, as asked for. Leaves every other state alone. */
  markPending(
    days: readonly Pick<CoverageDay, 'dataset' | 'managementUnitId' | 'localDate' | 'windowId'>[],
  ): Promise<void>;
  /**
   * Takes back the mark of days that were asked for by these windows and never brought: they become `failed` again where they were, and
   * unknown otherwise. A day of another state, or marked by another window since, is left alone.
   */
  unmarkPending(days: readonly MarkedDay[]): Promise<void>;
  /** Marks days failed with a reason; a day that was answered before (rows or proven empty) keeps its state and gets the reason only. */
  markFailed(window: ExportWindow, days: readonly LocalDate[], reason: string): Promise<void>;
  windowUsers(window: ExportWindow, days: readonly LocalDay[]): Promise<WindowUsers>;
  /**
   * Replaces the rows of the window's unit and days in one transaction, with coverage and the seal's text.
   *
   * Twice is the same as once. What may not be replaced (`src/domain/dayDecision.ts`) stays, and the seal says so.
   *
   * `loadedAt` is moved on where it would not come after the loads before: it orders loads as they were committed.
   *
   * @param signal interrupts the load; nothing is changed then.
   * @throws Failure `Corrupt` when a check of the dataset fails or a key is twice; nothing was changed.
   */
  loadWindow(load: WindowLoad, signal?: AbortSignal): Promise<LoadedWindow>;

  recordOutcome(outcome: WindowOutcome): Promise<void>;
  outcomes(exportId: string, runId: string): Promise<WindowOutcome[]>;

  /** Seals not yet written to the object store, or not yet bound by the chain; the one of a path, where given. */
  openSeals(path?: string): Promise<CustodySeal[]>;
  addSeal(seal: { path: string; sha256: string; content: string }): Promise<void>;
  sealWritten(path: string): Promise<void>;
  /** Records which entry binds the seals, and the chain's head (`custody_head`). */
  sealsChained(paths: readonly string[], head: { seq: number; sha256: string }): Promise<void>;
  custodyHead(): Promise<{ seq: number; sha256: string } | null>;

  /** Rows of each fact table by local date, counted now, and what they hold (`contentsSql`), for `verify`. */
  countRows(
    dataset: DatasetName,
  ): Promise<{ table: string; managementUnitId: string; localDate: LocalDate; rows: number; contents: string }[]>;
  allCoverage(): Promise<CoverageDay[]>;
  /** What coverage is judged by, of one moment: `coveredDays.ts`. */
  coveredDays(countedFrom: LocalDate | null): Promise<CoveredDays>;
  /** Rows whose adherence differs from the published formula by more than 0.1 point. */
  adherenceDifferences(limit: number): Promise<{
    count: number;
    first: { managementUnitId: string; userId: string; localDate: LocalDate; published: number; computed: number }[];
  }>;
  /** Rows of any read-only query, for tests and reports. */
  query(sql: string, values?: readonly (string | number)[]): Promise<Record<string, unknown>[]>;
  /** Lets go of the file once what runs has ended. The next call opens it again. */
  release(): Promise<void>;
}
