import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from '../duckdb/rows.js';

/** Columns of a staged table that the warehouse's table has under the same name: what Genesys's answer filled. */
export async function stagedColumns(connection: DuckDBConnection, stage: string): Promise<string[]> {
  const columns = await rowsOf<{ name: string }>(
    connection,
    `SELECT column_name AS name FROM duckdb_columns() WHERE table_name = ? AND column_name NOT IN ('landing', 'left_because')
     ORDER BY column_index`,
    [stage],
  );
  return columns.map(({ name }) => name);
}
