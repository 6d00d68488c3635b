import { ADHERENCE_DIFFERS_SQL, ADHERENCE_SQL } from '../../domain/adherenceFormula.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import { FACT_TABLES } from '../factTables.js';
import { contentsSql } from '../rowContents.js';
import type { Warehouse } from '../warehouse.js';
import type { Session } from './session.js';

type CountedRows = Awaited<ReturnType<Warehouse['countRows']>>;
type Differences = Awaited<ReturnType<Warehouse['adherenceDifferences']>>;

/** Rows of each fact table by unit and local date, counted now, and what they hold. */
export async function countRows(session: Session, dataset: DatasetName): Promise<CountedRows> {
  const counts = FACT_TABLES[dataset].map(
    (table) => `SELECT '${table}' AS "table", management_unit_id AS "managementUnitId", local_date AS "localDate",
      count(*) AS "rows", ${contentsSql('postgres', table, 'it')} AS contents FROM ${table} AS it GROUP BY 2, 3`,
  );
  return await session.rows(`${counts.join(' UNION ALL ')} ORDER BY 1, 2, 3`);
}

/** Days whose published adherence differs from the published formula by more than a rounding. */
export async function adherenceDifferences(session: Session, limit: number): Promise<Differences> {
  const total = await session.row<{ count: number }>(
    `SELECT count(*) AS count FROM adherence_day WHERE ${ADHERENCE_DIFFERS_SQL}`,
  );
  const first = await session.rows<Differences['first'][number]>(
    `SELECT management_unit_id AS "managementUnitId", user_id AS "userId", local_date AS "localDate",
            adherence_percentage AS published, ${ADHERENCE_SQL} AS computed
     FROM adherence_day WHERE ${ADHERENCE_DIFFERS_SQL} ORDER BY 1, 2, 3 LIMIT $1`,
    [limit],
  );
  return { count: total?.count ?? 0, first };
}
