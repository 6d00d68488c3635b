import type { DuckDBConnection } from '@duckdb/node-api';
import { type DayRows, dayRowsByDate, type TableDay } from '../dayRows.js';
import type { DayFacts } from '../decideDays.js';
import { coveredDates } from '../staging/coveredDates.js';
import type { StagedTable } from '../staging/stageWindow.js';
import type { WindowLoad } from '../warehouse.js';
import { readCoverage } from './coverage.js';
import { rowsOf } from './rows.js';
import { rowsWaitingForOthers } from './rowsWaitingForOthers.js';

/** What the days of a load are decided by. To be called in the load's transaction. */
export async function dayFacts(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
): Promise<DayFacts> {
  const { dataset, managementUnitId, from, to } = load.window;
  return {
    before: await readCoverage(connection, { dataset, managementUnitIds: [managementUnitId], from, to }),
    covered: await coveredDates(connection, load),
    existing: await existingRows(connection, load),
    waiting: await rowsWaitingForOthers(connection, load, staged),
  };
}

async function existingRows(connection: DuckDBConnection, load: WindowLoad): Promise<Map<string, DayRows>> {
  const tables = new Map<string, TableDay[]>();
  for (const { table, countsAgents } of load.load.tables) {
    const days = await rowsOf<TableDay>(
      connection,
      `SELECT local_date AS "localDate", count(*) AS "rows", ${countsAgents ? 'count(DISTINCT user_id)' : '0'} AS agents
       FROM ${table} WHERE management_unit_id = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       GROUP BY 1`,
      [load.window.managementUnitId, load.window.from, load.window.to],
    );
    tables.set(table, days);
  }
  return dayRowsByDate(tables);
}
