import type { DuckDBConnection } from '@duckdb/node-api';
import { type DayRows, dayRowsByDate, type TableDay } from '../dayRows.js';
import type { DayFacts } from '../decideDays.js';
import { coveredDates } from '../staging/coveredDates.js';
import type { WindowLoad } from '../warehouse.js';
import type { CopiedTable } from './copyStage.js';
import { readCoverage } from './coverage.js';
import { rowsWaitingForOthers } from './rowsWaitingForOthers.js';
import type { Session } from './session.js';

/** What the days of a load are decided by. To be called with the load's lock. */
export async function dayFacts(
  session: Session,
  staging: DuckDBConnection,
  load: WindowLoad,
  copied: readonly CopiedTable[],
): Promise<DayFacts> {
  const { dataset, managementUnitId, from, to } = load.window;
  return {
    before: await readCoverage(session, { dataset, managementUnitIds: [managementUnitId], from, to }),
    covered: await coveredDates(staging, load),
    existing: await existingRows(session, load),
    waiting: await rowsWaitingForOthers(session, load, copied),
  };
}

async function existingRows(session: Session, load: WindowLoad): Promise<Map<string, DayRows>> {
  const tables = new Map<string, TableDay[]>();
  for (const { table, countsAgents } of load.load.tables) {
    const days = await session.rows<TableDay>(
      `SELECT local_date AS "localDate", count(*) AS "rows", ${countsAgents ? 'count(DISTINCT user_id)' : '0'} AS agents
       FROM ${table} WHERE management_unit_id = $1 AND local_date >= $2::date AND local_date < $3::date GROUP BY 1`,
      [load.window.managementUnitId, load.window.from, load.window.to],
    );
    tables.set(table, days);
  }
  return dayRowsByDate(tables);
}
