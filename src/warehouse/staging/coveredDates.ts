import type { DuckDBConnection } from '@duckdb/node-api';
import type { LocalDate } from '../../domain/exportWindow.js';
import { rowsOf } from '../duckdb/rows.js';
import type { WindowLoad } from '../warehouse.js';

/** Days that the staged answer reaches over: only of these does it say anything. */
export async function coveredDates(connection: DuckDBConnection, load: WindowLoad): Promise<Set<LocalDate>> {
  const nobodyToAsk = load.landings.length === 0 && load.seal.refusedUserIds.length === 0;
  if (nobodyToAsk && load.load.nobodyToAskSql === undefined) return new Set();
  const rows = await rowsOf<{ localDate: string }>(
    connection,
    nobodyToAsk && load.load.nobodyToAskSql !== undefined
      ? `SELECT local_date AS "localDate" FROM (${load.load.nobodyToAskSql})`
      : // A second of grace: an end given as 23:59:59.999 reaches over the whole day.
        `SELECT local_date AS "localDate" FROM asked_day SEMI JOIN item
         ON item.base <= asked_day.day_start AND item.covered_until >= asked_day.day_end - INTERVAL 1 SECOND`,
  );
  return new Set(rows.map((row) => row.localDate));
}
