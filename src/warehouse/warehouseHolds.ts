import type { DatasetName, LocalDate } from '../domain/exportWindow.js';

/** Days whose rows may not be changed in place. */
export interface WarehouseHold {
  readonly holdId: string;
  /** Null for all datasets. */
  readonly dataset: DatasetName | null;
  /** Null for all units. */
  readonly managementUnitId: string | null;
  readonly from: LocalDate;
  /** Exclusive. */
  readonly to: LocalDate;
}

/**
 * The warehouse's own list of holds (table `legal_hold`), asked in each load's transaction: rows of a held day move to
 * `<table>_superseded` before they are replaced.
 */
export interface WarehouseHolds {
  /** Safe to repeat. Loads that commit afterwards respect it. */
  placeHold(hold: WarehouseHold): Promise<void>;
  /** Safe to repeat. What was superseded meanwhile stays. */
  releaseHold(holdId: string): Promise<void>;
  holds(): Promise<WarehouseHold[]>;
}
