import type { DuckDBConnection } from '@duckdb/node-api';
import type { WindowLoad } from '../warehouse.js';
import { rowsOf } from './rows.js';
import type { StagedTable } from './stageWindow.js';

/** Rows of one local day, by table, and distinct agents among them. */
export interface DayRows {
  readonly rows: ReadonlyMap<string, number>;
  readonly agents: number;
}

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
  const days = new Map<string, DayRows>();
  for (const table of staged.filter(({ left }) => left.has('otherUnit'))) {
    const { load, stage } = table;
    const found = await rowsOf<{ localDate: string; rows: number; agents: number }>(
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
    for (const { localDate, rows, agents } of found)
      days.set(localDate, {
        rows: new Map([...(days.get(localDate)?.rows ?? []), [load.table, rows]]),
        agents: Math.max(agents, days.get(localDate)?.agents ?? 0),
      });
  }
  return days;
}
