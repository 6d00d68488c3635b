import type { DuckDBConnection } from '@duckdb/node-api';
import type { LocalDate } from '../../domain/exportWindow.js';
import { contentsSql } from '../rowContents.js';
import type { WindowLoad } from '../warehouse.js';
import { contentsByDate } from '../windowSeal.js';
import { rowsOf } from './rows.js';

/** What the warehouse has for each of the window's days now, by table: see `contentsSql`. */
export async function dayContents(
  connection: DuckDBConnection,
  { load, window }: WindowLoad,
): Promise<Map<LocalDate, Record<string, string>>> {
  const sums = load.tables.map(
    ({
      table,
    }) => `SELECT '${table}' AS "table", local_date AS "localDate", ${contentsSql('duckdb', table, 'it')} AS contents
      FROM ${table} AS it WHERE management_unit_id = $1 AND local_date >= CAST($2 AS DATE) AND local_date < CAST($3 AS DATE)
      GROUP BY ALL`,
  );
  const { managementUnitId, from, to } = window;
  return contentsByDate(await rowsOf(connection, sums.join(' UNION ALL '), [managementUnitId, from, to]));
}
