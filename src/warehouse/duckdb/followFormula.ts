import type { DuckDBConnection } from '@duckdb/node-api';
import { OCCUPANCY_FORMULAS } from '../../domain/occupancyFormula.js';
import { occupancyDayView } from '../occupancyDayView.js';
import { rowOf } from './rows.js';

/** Makes the view `occupancy_day` divide by the formula of the newest load. To be called in the load's transaction. */
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
