import type { DatasetName, LocalDate } from './exportWindow.js';

/** Gaps that a workflow's result shows; the export's manifest has all. */
export const GAPS_IN_RESULT = 100;

/** Local days that an export was asked for and does not have as asked. `from` inclusive, `to` exclusive. */
export interface Gap {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** A failure's name, or why a load held back: one word, to count by. */
  readonly reason: string;
  /** What happened, for a person. */
  readonly message: string;
}
