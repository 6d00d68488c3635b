import type { DuckDBConnection } from '@duckdb/node-api';
import type { LoadedRows } from '../../domain/expectedRows.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import { FACT_TABLES } from '../factTables.js';
import { rowsOf } from './rows.js';

/** Rows of each unit by table, over its days that were answered; a count of one column a table. */
export async function loadedRows(connection: DuckDBConnection): Promise<LoadedRows[]> {
  const days = await rowsOf<{ dataset: DatasetName; managementUnitId: string; days: number }>(
    connection,
    `SELECT dataset, management_unit_id AS "managementUnitId", count(*) AS days FROM coverage
     WHERE state IN ('loaded', 'empty', 'provisional') GROUP BY ALL ORDER BY ALL`,
  );
  const tables = Object.values(FACT_TABLES).flat();
  const counts = await rowsOf<{ table: string; managementUnitId: string; rows: number }>(
    connection,
    tables
      .map(
        (table) =>
          `SELECT '${table}' AS "table", management_unit_id AS "managementUnitId", count(*) AS "rows" FROM ${table} GROUP BY ALL`,
      )
      .join(' UNION ALL '),
  );
  const rowsIn = new Map(counts.map(({ table, managementUnitId, rows }) => [`${table} ${managementUnitId}`, rows]));
  return days.map((unit) => ({
    ...unit,
    rows: Object.fromEntries(
      FACT_TABLES[unit.dataset].map((table) => [table, rowsIn.get(`${table} ${unit.managementUnitId}`) ?? 0]),
    ),
  }));
}
