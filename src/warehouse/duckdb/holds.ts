import type { DuckDBConnection } from '@duckdb/node-api';
import type { WarehouseHold } from '../warehouseHolds.js';
import { rowsOf } from './rows.js';

/** Places a hold, or gives a known one its new range. */
export async function placeHold(connection: DuckDBConnection, hold: WarehouseHold): Promise<void> {
  await connection.run(
    `INSERT INTO legal_hold VALUES (?, ?, ?, CAST(? AS DATE), CAST(? AS DATE))
     ON CONFLICT (hold_id) DO UPDATE SET dataset = excluded.dataset, management_unit_id = excluded.management_unit_id,
       from_date = excluded.from_date, to_date = excluded.to_date`,
    [hold.holdId, hold.dataset, hold.managementUnitId, hold.from, hold.to],
  );
}

/** Ends a hold; one that is not known is ended already. */
export async function releaseHold(connection: DuckDBConnection, holdId: string): Promise<void> {
  await connection.run('DELETE FROM legal_hold WHERE hold_id = ?', [holdId]);
}

/** All holds, in order of their id. */
export async function holds(connection: DuckDBConnection): Promise<WarehouseHold[]> {
  return await rowsOf<WarehouseHold>(
    connection,
    `SELECT hold_id AS "holdId", dataset, management_unit_id AS "managementUnitId", from_date AS "from", to_date AS "to"
     FROM legal_hold ORDER BY hold_id`,
  );
}
