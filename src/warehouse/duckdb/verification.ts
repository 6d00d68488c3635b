import type { DuckDBConnection } from '@duckdb/node-api';
import { ADHERENCE_DIFFERS_SQL, ADHERENCE_SQL } from '../../domain/adherenceFormula.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import { FACT_TABLES } from '../factTables.js';
import { contentsSql } from '../rowContents.js';
import type { Warehouse } from '../warehouse.js';
import { rowOf, rowsOf } from './rows.js';

type CountedRows = Awaited<ReturnType<Warehouse['countRows']>>;
type Differences = Awaited<ReturnType<Warehouse['adherenceDifferences']>>;

/** Rows of each fact table by unit and local date, counted now, and what they hold. */
export async function countRows(connection: DuckDBConnection, dataset: DatasetName): Promise<CountedRows> {
  const counts = FACT_TABLES[dataset].map(
    (table) => `SELECT '${table}' AS "table", management_unit_id AS "managementUnitId", local_date AS "localDate",
      count(*) AS "rows", ${contentsSql('duckdb', table, 'it')} AS contents FROM ${table} AS it GROUP BY ALL`,
  );
  return await rowsOf(connection, `${counts.join(' UNION ALL ')} ORDER BY ALL`);
}

/** Days whose published adherence differs from the published formula by more than a rounding. */
export async function adherenceDifferences(connection: DuckDBConnection, limit: number): Promise<Differences> {
  const total = await rowOf<{ count: number }>(
    connection,
    `SELECT count(*) AS count FROM adherence_day WHERE ${ADHERENCE_DIFFERS_SQL}`,
  );
  const first = await rowsOf<Differences['first'][number]>(
    connection,
    `SELECT management_unit_id AS "managementUnitId", user_id AS "userId", local_date AS "localDate",
            adherence_percentage AS published, ${ADHERENCE_SQL} AS computed
     FROM adherence_day WHERE ${ADHERENCE_DIFFERS_SQL} ORDER BY ALL LIMIT ?`,
    [limit],
  );
  return { count: total?.count ?? 0, first };
}
