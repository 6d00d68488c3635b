import type { LocalDate } from '../../domain/exportWindow.js';
import { contentsSql } from '../rowContents.js';
import type { WindowLoad } from '../warehouse.js';
import { contentsByDate } from '../windowSeal.js';
import type { Session } from './session.js';

/** What the warehouse has for each of the window's days now, by table: see `contentsSql`. */
export async function dayContents(
  session: Session,
  { load, window }: WindowLoad,
): Promise<Map<LocalDate, Record<string, string>>> {
  const sums = load.tables.map(
    ({
      table,
    }) => `SELECT '${table}' AS "table", local_date AS "localDate", ${contentsSql('postgres', table, 'it')} AS contents
      FROM ${table} AS it WHERE management_unit_id = $1 AND local_date >= $2::date AND local_date < $3::date GROUP BY 2`,
  );
  const { managementUnitId, from, to } = window;
  return contentsByDate(await session.rows(sums.join(' UNION ALL '), [managementUnitId, from, to]));
}
