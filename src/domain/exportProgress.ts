import type { Pause } from './exportSteps.js';
import type { TableChanges } from './rowChanges.js';

/** A gate that an export's calls met: no call of the family leaves before `until`. */
export interface ClosedGate {
  readonly family: string;
  readonly until: string;
  readonly why: string;
}

/** Answer of the query `progress` of `historyExport`. Instants are ISO 8601 UTC. */
export interface ExportProgress {
  readonly windows: {
    readonly total: number;
    readonly done: number;
    readonly running: number;
    readonly failed: number;
  };
  /** Rows loaded, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** What became of them, by table; absent where an earlier version runs. */
  readonly changes?: TableChanges;
  readonly calls: number;
  readonly paused: Pause | null;
  readonly gates: readonly ClosedGate[];
  /** When the export should end at the rate so far; null while there is no rate, or while it is paused. */
  readonly eta: string | null;
}
