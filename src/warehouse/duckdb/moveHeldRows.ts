import type { DuckDBConnection } from '@duckdb/node-api';
import { heldSql, type MovedRows, supersededTable } from '../heldRows.js';
import type { WindowLoad } from '../warehouse.js';
import { rowOf, rowsOf, type SqlValue } from './rows.js';

/** What becomes of the held rows of one load. */
export interface Superseding {
  /** False where there is no hold at all: then nothing is looked for. */
  readonly anyHold: boolean;
  readonly at: string;
  /** Path of the seal of the load that supersedes them. */
  readonly by: string;
}

/** Whether any hold is placed. */
export async function anyHold(connection: DuckDBConnection): Promise<boolean> {
  return (await rowOf(connection, 'SELECT 1 FROM legal_hold LIMIT 1')) !== undefined;
}

/**
 * Copies the held rows `other` of a table that are about to go into `<table>_superseded`, as they stand.
 *
 * @param from `FROM` and what follows it: the rows that go.
 */
export async function moveHeldRows(
  connection: DuckDBConnection,
  { window: { dataset } }: WindowLoad,
  table: string,
  going: { readonly condition: string; readonly values: readonly SqlValue[] },
  { anyHold: any, at, by }: Superseding,
): Promise<MovedRows[]> {
  if (!any) return [];
  const held = `${table} AS other WHERE ${going.condition} AND ${heldSql(dataset)}`;
  const moved = await rowsOf<MovedRows>(
    connection,
    `SELECT coverage.seal, gone.local_date AS "localDate", '${table}' AS "table", gone.landing_sha256 AS landing, count(*) AS "rows"
     FROM (SELECT other.management_unit_id, other.local_date, other.landing_sha256 FROM ${held}) AS gone
     LEFT JOIN coverage ON coverage.dataset = '${dataset}' AND coverage.management_unit_id = gone.management_unit_id
       AND coverage.local_date = gone.local_date
     GROUP BY ALL`,
    going.values,
  );
  if (moved.length === 0) return [];
  const columns = (await commonColumns(connection, table)).join(', ');
  await connection.run(
    `INSERT INTO ${supersededTable(table)} (${columns}, superseded_at, superseded_by)
     SELECT ${columns}, CAST(? AS TIMESTAMPTZ), CAST(? AS VARCHAR) FROM ${held}`,
    [at, by, ...going.values],
  );
  return moved;
}

/** The window's days under hold that have a seal, rows or not: a load that replaces one supersedes it. */
export async function heldDays(connection: DuckDBConnection, { window }: WindowLoad): Promise<MovedRows[]> {
  return await rowsOf<MovedRows>(
    connection,
    `SELECT seal, local_date AS "localDate", NULL AS "table", NULL AS landing, 0 AS "rows" FROM coverage AS other
     WHERE dataset = ? AND management_unit_id = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       AND seal IS NOT NULL AND ${heldSql(window.dataset)}`,
    [window.dataset, window.managementUnitId, window.from, window.to],
  );
}

/** Columns that the table has and its `_superseded` too: an analyst's own column may be in one alone. */
async function commonColumns(connection: DuckDBConnection, table: string): Promise<string[]> {
  const columns = await rowsOf<{ name: string }>(
    connection,
    `SELECT '"' || replace(column_name, '"', '""') || '"' AS name FROM duckdb_columns()
     WHERE NOT internal AND database_name = current_database() AND table_name IN (?, ?)
     GROUP BY column_name HAVING count(*) = 2 ORDER BY min(column_index)`,
    [table, supersededTable(table)],
  );
  return columns.map(({ name }) => name);
}
