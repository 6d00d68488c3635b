import { heldSql, type MovedRows, supersededTable } from '../heldRows.js';
import type { WindowLoad } from '../warehouse.js';
import type { Session, SqlValue } from './session.js';

/** What becomes of the held rows of one load. */
export interface Superseding {
  /** False where there is no hold at all: then nothing is looked for. */
  readonly anyHold: boolean;
  readonly at: string;
  /** Path of the seal of the load that supersedes them. */
  readonly by: string;
}

/** Whether any hold is placed. */
export async function anyHold(session: Session): Promise<boolean> {
  return (await session.row('SELECT 1 FROM legal_hold LIMIT 1')) !== undefined;
}

/**
 * Deletes the rows `other` of a table; those under hold are in `<table>_superseded` afterwards, as they stood.
 *
 * @param going the condition, with `$1` and on for its values.
 */
export async function deleteRows(
  session: Session,
  { window: { dataset } }: WindowLoad,
  table: string,
  going: { readonly condition: string; readonly values: readonly SqlValue[] },
  { anyHold: any, at, by }: Superseding,
): Promise<MovedRows[]> {
  const { condition, values } = going;
  if (!any) {
    await session.run(`DELETE FROM ${table} AS other WHERE ${condition}`, values);
    return [];
  }
  const columns = (await commonColumns(session, table)).join(', ');
  const [atValue, byValue] = [`$${values.length + 1}::timestamptz`, `$${values.length + 2}::text`];
  const moved = await session.rows<MovedRows>(
    `WITH gone AS (DELETE FROM ${table} AS other WHERE (${condition}) AND ${heldSql(dataset)} RETURNING other.*),
       kept AS (INSERT INTO ${supersededTable(table)} (${columns}, superseded_at, superseded_by)
         SELECT ${columns}, ${atValue}, ${byValue} FROM gone)
     SELECT coverage.seal, gone.local_date AS "localDate", '${table}' AS "table", gone.landing_sha256 AS landing, count(*) AS "rows"
     FROM gone LEFT JOIN coverage ON coverage.dataset = '${dataset}'
       AND coverage.management_unit_id = gone.management_unit_id AND coverage.local_date = gone.local_date
     GROUP BY 1, 2, 4`,
    [...values, at, by],
  );
  await session.run(`DELETE FROM ${table} AS other WHERE ${condition}`, values);
  return moved;
}

/** The window's days under hold that have a seal, rows or not: a load that replaces one supersedes it. */
export async function heldDays(session: Session, { window }: WindowLoad): Promise<MovedRows[]> {
  return await session.rows<MovedRows>(
    `SELECT seal, local_date AS "localDate", NULL AS "table", NULL AS landing, 0 AS "rows" FROM coverage AS other
     WHERE dataset = $1 AND management_unit_id = $2 AND local_date >= $3::date AND local_date < $4::date
       AND seal IS NOT NULL AND ${heldSql(window.dataset)}`,
    [window.dataset, window.managementUnitId, window.from, window.to],
  );
}

/** Columns that the table has and its `_superseded` too: an analyst's own column may be in one alone. */
async function commonColumns(session: Session, table: string): Promise<string[]> {
  const columns = await session.rows<{ name: string }>(
    `SELECT quote_ident(attname) AS name FROM pg_attribute
     WHERE attrelid IN ($1::regclass, $2::regclass) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     GROUP BY attname HAVING count(*) = 2 ORDER BY min(attnum)`,
    [table, supersededTable(table)],
  );
  return columns.map(({ name }) => name);
}
