import type { LocalDate } from '../../domain/exportWindow.js';
import type { DecidedDay } from '../decideDays.js';
import { contentsSql } from '../rowContents.js';
import type { WindowLoad } from '../warehouse.js';
import { contentsByDate } from '../windowSeal.js';
import type { CopiedTable } from './copyStage.js';
import type { Session } from './session.js';

interface TableContents {
  readonly table: string;
  readonly localDate: LocalDate;
  readonly contents: string;
}

/**
 * What the warehouse has for each of the window's days now, by table: see `contentsSql`.
 *
 * Known from the stage where all rows of a day were written now; asked of the table for the rest: a row that was there already, equal to
 * the answer's, keeps its landing.
 */
export async function dayContents(
  session: Session,
  { load, window }: WindowLoad,
  copied: readonly CopiedTable[],
  decided: readonly DecidedDay[],
): Promise<Map<LocalDate, Record<string, string>>> {
  const found: TableContents[] = [];
  for (const { table } of load.tables) {
    const stage = copied.find((one) => one.load.table === table);
    const isAnswers = (day: DecidedDay): boolean =>
      stage !== undefined && day.action === 'replace' && (day.existing.rows.get(table) ?? 0) === 0;
    for (const { localDate } of decided.filter(isAnswers)) {
      const contents = stage?.contents.get(localDate);
      if (contents !== undefined) found.push({ table, localDate, contents });
    }
    const others = decided.filter((day) => !isAnswers(day)).map(({ localDate }) => localDate);
    if (others.length > 0) found.push(...(await contentsInTable(session, table, window.managementUnitId, others)));
  }
  return contentsByDate(found);
}

async function contentsInTable(
  session: Session,
  table: string,
  managementUnitId: string,
  dates: readonly LocalDate[],
): Promise<TableContents[]> {
  return await session.rows<TableContents>(
    `SELECT '${table}' AS "table", local_date AS "localDate", ${contentsSql('postgres', table, 'it')} AS contents
     FROM ${table} AS it WHERE management_unit_id = $1 AND local_date = ANY($2::date[]) GROUP BY 2`,
    [managementUnitId, dates],
  );
}
