import type { CoverageFault, CoverageFinding } from '../coverage/coverageFinding.js';
import type { DatasetName, LocalDate } from '../exportWindow.js';
import type { Gap } from '../gap.js';
import type { TableChanges } from '../rowChanges.js';
import type { CustodyCheck } from './custodyCheck.js';

/** One export of a night, a child workflow of its own. */
export interface NightExport {
  readonly workflowId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly units: number;
  /** `cancelled`: by an operator, and this export alone; what it had loaded stays. */
  readonly status: 'complete' | 'completeWithGaps' | 'failed' | 'cancelled';
  /** Windows that ended: 0 when every day was there already. */
  readonly windows: number;
  /** Why it failed or was cancelled, for a person; null where it was not. */
  readonly problem: string | null;
}

/** What one dataset of one unit came to. Days are local days of the unit. */
export interface NightUnit {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly unit: string;
  /** The last local day that was over at the nominal time: what the night is for. */
  readonly lastDay: LocalDate;
  /** Whether that day is there. */
  readonly isLastDayThere: boolean;
  /** Days whose answer that stands was asked for by this load. */
  readonly daysRead: number;
  /** Days that are not there: asked for and not answered, or never asked for. */
  readonly daysMissing: number;
}

/** What is at fault with the days that a night was for. */
export interface NightCoverage {
  readonly ok: boolean;
  /** Days at fault. */
  readonly days: Readonly<Partial<Record<CoverageFault, number>>>;
  /** The first 100. */
  readonly findings: readonly CoverageFinding[];
  readonly findingsLeftOut: number;
}

/** Result of the workflow `nightlyLoad`. */
export interface NightlyLoadResult {
  readonly status: 'complete' | 'completeWithGaps';
  /** The instant that the night is for; what it loaded goes by it, whenever it ran. */
  readonly nominalTime: string;
  readonly exports: readonly NightExport[];
  /** Each dataset of each unit, those that lack days first; at most 200. */
  readonly units: readonly NightUnit[];
  /** Datasets of units that `units` leaves out. */
  readonly unitsLeftOut: number;
  /** Units that were asked for and that Genesys does not have. */
  readonly unknownUnits: readonly string[];
  /** What coverage says of the night's days, the last thing: without fault, the night is complete. */
  readonly coverage: NightCoverage;
  /** What the verification of the chain found; null where it could not be verified. Nights of versions before have none. */
  readonly custody?: CustodyCheck | null;
  readonly rows: Readonly<Record<string, number>>;
  /** What became of the rows, by table: those that were restated are `changed` and `deleted`. */
  readonly changes: TableChanges;
  readonly calls: { readonly made: number; readonly minimum: number };
  /** The first 100; the exports' manifests name all. */
  readonly gaps: readonly Gap[];
  /** From the first step to the last, waits and pauses included. */
  readonly seconds: number;
}

/** What a run leaves in its memo under `nightly`, for who lists runs without opening them. */
export interface NightMemo {
  readonly status: NightlyLoadResult['status'];
  readonly nominalTime: string;
  readonly endedAt: string;
}
