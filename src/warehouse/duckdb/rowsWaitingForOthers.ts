import type { DuckDBConnection } from '@duckdb/node-api';
import { type DayRows, dayRowsByDate, type TableDay } from '../dayRows.js';
import type { StagedTable } from '../staging/stageWindow.js';
import type { WindowLoad } from '../warehouse.js';
import { rowsOf } from './rows.js';

/**
 * Selects the staged row which says that a row `other` of the table belongs to another unit.
 *
 * Such a row came while the other unit's adherence was not known. It stays where it is until that unit's own load takes it, because
 * nobody knows whether that unit's occupancy will ever be asked for: deleting it would make the warehouse poorer.
 */
export function ofAnotherUnitSql({ load, stage }: StagedTable): string {
  const sameKey = load.key.map((column) => `staged.${column} = other.${column}`).join(' AND ');
  return `SELECT 1 FROM ${stage} AS staged WHERE staged.left_because = 'otherUnit' AND ${sameKey}`;
}

/** The window's rows that stay for another unit's load to take, by local date. Agents: those of whom the answer has no row to load. */
export async function rowsWaitingForOthers(
  connection: DuckDBConnection,
  { window }: WindowLoad,
  staged: readonly StagedTable[],
): Promise<Map<string, DayRows>> {
  const tables = new Map<string, TableDay[]>();
  for (const table of staged.filter(({ left }) => left.has('otherUnit'))) {
    const { load, stage } = table;
    const found = await rowsOf<TableDay>(
      connection,
      `SELECT other.local_date AS "localDate", count(*) AS "rows",
              ${load.countsAgents ? 'count(DISTINCT other.user_id) FILTER (mine.user_id IS NULL)' : '0'} AS agents
       FROM ${load.table} AS other
       LEFT JOIN (SELECT DISTINCT local_date, user_id FROM ${stage} WHERE left_because IS NULL) AS mine
         ON mine.local_date = other.local_date AND mine.user_id = other.user_id
       WHERE management_unit_id = ? AND other.local_date >= CAST(? AS DATE) AND other.local_date < CAST(? AS DATE)
         AND EXISTS (${ofAnotherUnitSql(table)})
       GROUP BY ALL`,
      [window.managementUnitId, window.from, window.to],
    );
    tables.set(load.table, found);
  }
  return dayRowsByDate(tables);
}
