import { type OccupancyFormula, occupancySql } from '../domain/occupancyFormula.js';

const TIMES = ['interacting_ms', 'communicating_ms', 'idle_ms', 'not_responding_ms', 'off_queue_ms'];

/**
 * The view `occupancy_day`: sums a day's intervals, then divides; averaging the intervals' percentages would be wrong. The same SQL in
 * DuckDB and Postgres.
 */
export function occupancyDayView(formula: OccupancyFormula): string {
  const sums = TIMES.map((time) => `CAST(sum(${time}) AS BIGINT) AS ${time}`).join(', ');
  return `CREATE OR REPLACE VIEW occupancy_day AS
    SELECT management_unit_id, user_id, local_date, count(*) AS interval_count, ${sums},
           ${occupancySql(formula, (column) => `sum(occupancy_interval.${column})`)} AS occupancy
    FROM occupancy_interval GROUP BY management_unit_id, user_id, local_date`;
}
