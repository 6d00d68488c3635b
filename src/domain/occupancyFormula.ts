/**
 * Ways to compute occupancy, by the name that the setting and the seal carry.
 *
 * - `genesys`: interacting / (interacting + communicating + idle), as Genesys's professional services give it
 *   (community.genesys.com, "Does occupancy include all busy time"). The default.
 * - `interacting-idle`: interacting / (interacting + idle), a usual shorthand that leaves out time spent communicating.
 *
 * Time not responding and time off queue count in neither.
 */
export const OCCUPANCY_FORMULAS = ['genesys', 'interacting-idle'] as const;
export type OccupancyFormula = (typeof OCCUPANCY_FORMULAS)[number];

export const DEFAULT_OCCUPANCY_FORMULA: OccupancyFormula = 'genesys';

/** Milliseconds on queue, by routing status. To get the occupancy of many intervals, add these first, then divide. */
export interface OnQueueTime {
  readonly interactingMs: number;
  readonly communicatingMs: number;
  readonly idleMs: number;
}

/** Parts of the denominator; the numerator is always the time interacting. */
const DENOMINATORS: Readonly<Record<OccupancyFormula, readonly (keyof OnQueueTime)[]>> = {
  genesys: ['interactingMs', 'communicatingMs', 'idleMs'],
  'interacting-idle': ['interactingMs', 'idleMs'],
};

const COLUMNS: Readonly<Record<keyof OnQueueTime, string>> = {
  interactingMs: 'interacting_ms',
  communicatingMs: 'communicating_ms',
  idleMs: 'idle_ms',
};

/** Occupancy as a fraction from 0 to 1; null (not 0) when nothing was on queue. */
export function occupancy(time: OnQueueTime, formula: OccupancyFormula): number | null {
  const onQueueMs = DENOMINATORS[formula].reduce((sum, part) => sum + time[part], 0);
  return onQueueMs > 0 ? time.interactingMs / onQueueMs : null;
}

/**
 * The same as an SQL expression over the columns `interacting_ms`, `communicating_ms` and `idle_ms`; NULL for null.
 *
 * `column` wraps each column, for sums: `occupancySql(formula, (name) => `sum(${name})`)`. Reads the same in DuckDB and Postgres.
 */
export function occupancySql(formula: OccupancyFormula, column: (name: string) => string = (name) => name): string {
  const onQueue = DENOMINATORS[formula].map((part) => column(COLUMNS[part])).join(' + ');
  // FLOAT8 is a double in both; without the cast Postgres would divide integers.
  return `CASE WHEN (${onQueue}) > 0 THEN CAST(${column(COLUMNS.interactingMs)} AS FLOAT8) / (${onQueue}) END`;
}
