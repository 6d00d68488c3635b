import type { ExportProgress } from '../../domain/exportProgress.js';
import type { HistoryExportResult } from '../../domain/historyExportResult.js';

/** An export as `export list` and `status` show it. Instants are ISO 8601 UTC. */
export interface ListedExport {
  readonly workflowId: string;
  readonly runId: string;
  /** Temporal's name of its state, such as `RUNNING`, `COMPLETED` or `CANCELLED`. */
  readonly state: string;
  /** When this run of its workflow began. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** What it brings, in words; null where nobody said. */
  readonly summary: string | null;
  /** How far it is, while it runs and a worker answers. */
  readonly progress: ExportProgress | null;
  /** How it ended, where it completed. */
  readonly result: HistoryExportResult | null;
  /** Why `progress` or `result` is not known. */
  readonly unknown: string | null;
}
