import { type DayRows, dayRowsByDate, type TableDay } from '../dayRows.js';
import type { WindowLoad } from '../warehouse.js';
import type { CopiedTable } from './copyStage.js';
import type { Session } from './session.js';

/** The window's rows that stay for another unit's load to take, by local date. Agents: those of whom the answer has no row to load. */
export async function rowsWaitingForOthers(
  session: Session,
  { window }: WindowLoad,
  copied: readonly CopiedTable[],
): Promise<Map<string, DayRows>> {
  const tables = new Map<string, TableDay[]>();
  for (const table of copied.filter(({ othersKeys }) => othersKeys !== null)) {
    const { load, stage } = table;
    const found = await session.rows<TableDay>(
      `SELECT other.local_date AS "localDate", count(*) AS "rows",
              ${load.countsAgents ? 'count(DISTINCT other.user_id) FILTER (WHERE mine.user_id IS NULL)' : '0'} AS agents
       FROM ${load.table} AS other
       LEFT JOIN (SELECT DISTINCT local_date, user_id FROM ${stage}) AS mine
         ON mine.local_date = other.local_date AND mine.user_id = other.user_id
       WHERE management_unit_id = $1 AND other.local_date >= $2::date AND other.local_date < $3::date
         AND ${ofAnotherUnitSql(table)} GROUP BY 1`,
      [window.managementUnitId, window.from, window.to],
    );
    tables.set(load.table, found);
  }
  return dayRowsByDate(tables);
}

/**
 * Condition that a staged row says that the row `other` of the table belongs to another unit.
 *
 * Such a row came while the other unit's adherence was not known. It stays where it is until that unit's own load takes it, because
 * nobody knows whether that unit's occupancy will ever be asked for: deleting it would make the warehouse poorer.
 */
export function ofAnotherUnitSql({ load, othersKeys }: CopiedTable): string {
  const sameKey = load.key.map((column) => `staged.${column} = other.${column}`).join(' AND ');
  return `EXISTS (SELECT 1 FROM ${othersKeys} AS staged WHERE ${sameKey})`;
}
