import type { LoadedRows } from '../../domain/expectedRows.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import { FACT_TABLES } from '../factTables.js';
import type { Session } from './session.js';

/** Rows of each unit by table, over its days that were answered. */
export async function loadedRows(session: Session): Promise<LoadedRows[]> {
  const days = await session.rows<{ dataset: DatasetName; managementUnitId: string; days: number }>(
    `SELECT dataset, management_unit_id AS "managementUnitId", count(*) AS days FROM coverage
     WHERE state IN ('loaded', 'empty', 'provisional') GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const tables = Object.values(FACT_TABLES).flat();
  const counts = await session.rows<{ table: string; managementUnitId: string; rows: number }>(
    tables
      .map(
        (table) =>
          `SELECT '${table}' AS "table", management_unit_id AS "managementUnitId", count(*) AS "rows" FROM ${table} GROUP BY 2`,
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
