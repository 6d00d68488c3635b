import type { Gap } from './gap.js';
import type { ExportRange } from './historyExportInput.js';
import type { PlannedExport } from './plannedExport.js';
import type { TableChanges } from './rowChanges.js';

/** Result of the workflow `historyExport`. */
export interface HistoryExportResult {
  readonly status: 'complete' | 'completeWithGaps';
  /** The dates that it was for; `since` worked out. */
  readonly range: ExportRange;
  /** Windows that ended: 0 when every day was there already. */
  readonly windows: number;
  /** Rows of Genesys's answers that the warehouse has through this export, by table: written, or there already and equal. */
  readonly rows: Readonly<Record<string, number>>;
  /** What became of them, by table; absent where an earlier version ended the export. */
  readonly changes?: TableChanges;
  /** The first 100; the manifest names all. */
  readonly gaps: readonly Gap[];
  /** Path, in the object store, of the export's manifest; null when there was nothing to do. */
  readonly manifest: string | null;
  /** SHA-256 of the chain entry that binds the manifest and the windows' seals: the chain's head when the export ended. */
  readonly head: string;
  /** API calls that answered (throttled ones not counted), and the fewest that could have done. */
  readonly calls: { readonly made: number; readonly minimum: number };
  /** From the first step to the last, waits and pauses included. */
  readonly seconds: number;
  /** What it was expected to come to when its windows were planned; null where an earlier version planned them. */
  readonly planned: PlannedExport | null;
}
