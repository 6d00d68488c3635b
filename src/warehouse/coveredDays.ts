import type { CountedDay, CoverageFacts, CoveredDay, JudgedUnit } from '../domain/coverage/coverageFacts.js';
import { MAIN_TABLES } from '../domain/coverage/judgeCoverage.js';
import { DATASET_NAMES, type DatasetName, type LocalDate } from '../domain/exportWindow.js';
import { FACT_TABLES } from './factTables.js';

/** What coverage is judged by, of one moment. */
export type CoveredDays = Pick<CoverageFacts, 'days' | 'counted' | 'countedFrom' | 'units'>;

/** A fact table's rows of one local day of one unit. */
interface CountedRows {
  readonly table: string;
  readonly managementUnitId: string;
  readonly localDate: LocalDate;
  readonly rows: number;
  readonly agents: number;
}

/**
 * Reads coverage, counts the rows of its days, and names the units that any export has read of the organisation.
 *
 * The same SQL in DuckDB and Postgres, in one transaction: a load between two of these queries would look like rows that are gone.
 *
 * @param countedFrom first local day whose rows are counted; null: all are, which takes as long as reading a column of each table.
 */
export async function coveredDays(
  rows: <Row>(sql: string) => Promise<Row[]>,
  countedFrom: LocalDate | null,
): Promise<CoveredDays> {
  const days = await rows<CoveredDay>(
    `SELECT dataset, management_unit_id AS "managementUnitId", local_date AS "localDate", state, "rows",
       requested_at AS "requestedAt", reason FROM coverage ORDER BY 1, 2, 3`,
  );
  const units = await rows<JudgedUnit>('SELECT id, name, time_zone AS "timeZone" FROM management_unit ORDER BY id');
  const counted: CountedDay[] = [];
  for (const dataset of DATASET_NAMES) {
    const tables = FACT_TABLES[dataset].map((table) => countSql(dataset, table, countedFrom));
    counted.push(...together(dataset, await rows<CountedRows>(tables.join(' UNION ALL '))));
  }
  return { days, counted, countedFrom, units };
}

function countSql(dataset: DatasetName, table: string, from: LocalDate | null): string {
  const agents = table === MAIN_TABLES[dataset] ? 'count(DISTINCT user_id)' : '0';
  return `SELECT '${table}' AS "table", management_unit_id AS "managementUnitId", local_date AS "localDate", count(*) AS "rows",
    ${agents} AS agents FROM ${table} WHERE ${from === null ? 'true' : `local_date >= DATE '${from}'`} GROUP BY 2, 3`;
}

function together(dataset: DatasetName, counts: readonly CountedRows[]): CountedDay[] {
  const days = new Map<string, { rows: Record<string, number>; agents: number } & CountedDay>();
  for (const { table, managementUnitId, localDate, rows, agents } of counts) {
    const key = `${managementUnitId} ${localDate}`;
    const day = days.get(key) ?? { dataset, managementUnitId, localDate, rows: {}, agents: 0 };
    days.set(key, { ...day, rows: { ...day.rows, [table]: rows }, agents: Math.max(day.agents, agents) });
  }
  return [...days.values()];
}
