import type { DatasetName, LocalDate } from '../exportWindow.js';
import type { DayState } from '../seal.js';
import type { CoverageChoice } from './coverageChoice.js';
import type { CoverageRules } from './coverageRules.js';

/** A line of `coverage`, as far as it is judged. */
export interface CoveredDay {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  readonly state: DayState;
  /** Rows that the day had when it was loaded last, in all tables of the dataset. */
  readonly rows: number;
  readonly requestedAt: string | null;
  readonly reason: string | null;
}

/** What the warehouse has of a day now, counted. A day without rows has no such line. */
export interface CountedDay {
  readonly dataset: DatasetName;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  /** By fact table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Distinct users in the table that has a row for each who was there. */
  readonly agents: number;
}

/** A management unit as the warehouse knows it. */
export interface JudgedUnit {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

/** What a nightly load is to bring. */
export interface ExpectedLoad {
  readonly datasets: readonly DatasetName[];
  /** By id or exact name; null: all units. */
  readonly units: readonly string[] | null;
}

/** What is judged, and by what. Instants are ISO 8601 UTC. */
export interface CoverageFacts {
  readonly days: readonly CoveredDay[];
  readonly counted: readonly CountedDay[];
  /** First local day whose rows were counted; null: all were. Days before are judged by their line alone. */
  readonly countedFrom: LocalDate | null;
  readonly units: readonly JudgedUnit[];
  /** Nightly loads; with none, nothing is expected after the last day that was loaded of a dataset. */
  readonly expected: readonly ExpectedLoad[];
  /** Days that were over at this instant are to be there: a nightly load's nominal time, or some hours ago. */
  readonly asOf: string;
  /** Days back that Genesys may still restate. */
  readonly horizonDays: number;
  /** Whether an export runs, so that days that were asked for may still come. */
  readonly exportsRun: boolean;
  readonly rules: CoverageRules;
  /** Judges these alone. `from` inclusive, `to` exclusive; days from `from` on are expected of whoever has any. */
  readonly only?: CoverageChoice | undefined;
}
