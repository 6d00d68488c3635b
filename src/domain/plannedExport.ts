import { z } from 'zod';
import { DATASET_NAMES } from './exportWindow.js';
import type { ExportRange } from './historyExportInput.js';

const Count = z.number().int().nonnegative();

/** What an export is expected to come to: shown before it runs, and beside what it came to. */
export const PlannedExport = z.object({
  windows: Count,
  /** API calls: the fewest that can do, and with the polls that the jobs seen so far needed. */
  calls: z.object({ minimum: Count, expected: Count }),
  secondsExpected: Count,
  /** Rows of all tables together. */
  rowsExpected: Count,
});
export type PlannedExport = z.infer<typeof PlannedExport>;

/** What one dataset of one unit has to bring. Days are local days of the unit. */
export const UnitPlan = z.object({
  dataset: z.enum(DATASET_NAMES),
  managementUnitId: z.string(),
  windows: Count,
  /** Days in those windows. */
  days: Count,
  /** Days of the range that are left out, because they are there. */
  daysThere: Count,
  /** Days of `days` that Genesys may still restate: they load as `provisional`. */
  daysProvisional: Count,
  /** For schedules: weeks that the windows touch, each window's by itself. */
  weeks: Count.optional(),
});
export type UnitPlan = z.infer<typeof UnitPlan>;

/** A unit's plan as a person reads it. */
export interface UnitEstimate extends Readonly<UnitPlan> {
  readonly name: string;
  readonly timeZone: string;
  /** Users that Genesys lists in the unit today. */
  readonly agents: number;
  readonly rowsExpected: number;
}

/** What decides how long an export takes. */
export type Bound = 'token limit' | 'job times' | 'this machine';

/** Result of the workflow `exportPlan`: the figures, and what is behind them. */
export interface ExportEstimate extends Readonly<PlannedExport> {
  readonly range: ExportRange;
  /** What `secondsExpected` follows from. */
  readonly boundBy: Bound;
  /** Seconds that each bound alone would take; null where there is none. */
  readonly secondsByBound: Readonly<Record<Bound, number | null>>;
  /** Calls a minute that the API announced for the token; null where it has announced none. */
  readonly callsAMinute: number | null;
  readonly parallelWindows: number;
  /** What a job of adherence is expected to take until it is noticed, and how many polls, from the jobs seen. */
  readonly job: { readonly seconds: number; readonly polls: number; readonly seen: number };
  /** Whether rows were estimated from what the warehouse has, or, where it has nothing to go by, from what is usual. */
  readonly rowsFrom: 'warehouse' | 'assumption';
  /** Each dataset of each unit, those with most days first; at most 100. */
  readonly units: readonly UnitEstimate[];
  /** Datasets of units that `units` leaves out. */
  readonly unitsLeftOut: number;
}
