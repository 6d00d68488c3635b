import type { DatasetName, LocalDate } from '../domain/exportWindow.js';
import type { DayState } from '../domain/seal.js';
import type { ChainHead } from './custodyLedger.js';
import type { AdherenceDifference } from './verifyReport.js';

/** A covered day, as the warehouse has it. */
export interface CoveredDay {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  readonly state: DayState;
  readonly windowId: string;
  readonly seal: string | null;
}

/** Rows of one table, unit and day. */
export interface CountedRows {
  readonly table: string;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  readonly rows: number;
  /** What they hold: a version, `:` and a sum, comparable with what was sealed. */
  readonly contents?: string;
}

/** What verification asks of a warehouse; every `Warehouse` answers it. */
export interface VerifyFacts {
  allCoverage(): Promise<readonly CoveredDay[]>;
  countRows(dataset: DatasetName): Promise<readonly CountedRows[]>;
  custodyHead(): Promise<ChainHead | null>;
  adherenceDifferences(limit: number): Promise<{ count: number; first: readonly AdherenceDifference[] }>;
}
