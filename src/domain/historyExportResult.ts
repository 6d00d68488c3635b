import type { Gap } from './gap.js';

/** Result of the workflow `historyExport`. */
export interface HistoryExportResult {
  readonly status: 'complete' | 'completeWithGaps';
  readonly windows: number;
  /** Rows loaded, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** The first 100; the manifest names all. */
  readonly gaps: readonly Gap[];
  /** Path, in the object store, of the export's manifest. */
  readonly manifest: string;
  /** SHA-256 of the chain entry that binds the manifest and the windows' seals: the chain's head when the export ended. */
  readonly head: string;
  /** API calls that answered (throttled ones not counted), and the fewest that could have done. */
  readonly calls: { readonly made: number; readonly minimum: number };
}
