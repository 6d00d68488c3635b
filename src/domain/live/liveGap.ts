import type { GapCause } from './liveSink.js';

/** A row of `live_gap`. Instants are milliseconds since the epoch by Genesys's clock. */
export interface LiveGap {
  /** Which listener met it, and its number there. */
  readonly takeOver: number;
  readonly gap: number;
  readonly cause: GapCause;
  /** Null where nobody listened before. */
  readonly fromMs: number | null;
  /** Null while it lasts. */
  readonly toMs: number | null;
  /** When all that may have been missed was read and written; null until then. */
  readonly recoveredMs: number | null;
  /** What may have been missed: how many of each. */
  readonly businessUnits: number;
  readonly trunks: number;
  readonly managementUnits: number;
  readonly users: number;
  /** Answers that REST gave, and how many of them were news; null until it is recovered. */
  readonly read: number | null;
  readonly changed: number | null;
  /** Why it is not recovered yet, in words; null where nothing is in the way. */
  readonly problem: string | null;
}

/** A gap is open until what was missed is known. */
export function isOpen({ recoveredMs }: Pick<LiveGap, 'recoveredMs'>): boolean {
  return recoveredMs === null;
}
