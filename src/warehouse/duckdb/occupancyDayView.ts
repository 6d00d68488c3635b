import type { DuckDBConnection } from '@duckdb/node-api';
import { OCCUPANCY_FORMULAS, type OccupancyFormula, occupancySql } from '../../domain/occupancyFormula.js';
import { rowOf } from './rows.js';

const TIMES = ['interacting_ms', 'communicating_ms', 'idle_ms', 'not_responding_ms', 'off_queue_ms'];

/** The view `occupancy_day`: sums a day's intervals, then divides; averaging the intervals' percentages would be wrong. */
export function occupancyDayView(formula: OccupancyFormula): string {
  const sums = TIMES.map((time) => `CAST(sum(${time}) AS BIGINT) AS ${time}`).join(', ');
  return `CREATE OR REPLACE VIEW occupancy_day AS
    SELECT management_unit_id, user_id, local_date, count(*) AS interval_count, ${sums},
           ${occupancySql(formula, (column) => `sum(occupancy_interval.${column})`)} AS occupancy
    FROM occupancy_interval GROUP BY management_unit_id, user_id, local_date`;
}

/** Makes the view divide by the formula of the newest load. To be called in the load's transaction. */
export async function followFormula(connection: DuckDBConnection, formula: unknown): Promise<void> {
  const known = OCCUPANCY_FORMULAS.find((name) => name === formula);
  if (!known) return;
  const current = await rowOf<{ value: string }>(
    connection,
    `SELECT value FROM warehouse_setting WHERE name = 'occupancy_formula'`,
  );
  if (current?.value === known) return;
  await connection.run(`UPDATE warehouse_setting SET value = ? WHERE name = 'occupancy_formula'`, [known]);
  await connection.run(occupancyDayView(known));
}
