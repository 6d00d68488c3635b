import type { TableLoad } from '../domain/datasetLoad.js';
import type { LocalDate } from '../domain/exportWindow.js';
import type { RowChanges } from '../domain/rowChanges.js';
import type { DecidedDay } from './decideDays.js';

/** What comparing needs of a database, in a load's transaction. */
export interface ComparingSession {
  /** Makes a temporary table from a query. */
  makeTemp(table: string, select: string): Promise<unknown>;
  rows<Row>(sql: string): Promise<Row[]>;
}

/** The rows of an answer for one table, staged beside it. */
export interface AnsweredTable {
  readonly load: TableLoad;
  /** Temporary table with the rows to load, among others. */
  readonly stage: string;
  /** Condition on a row of the stage that it is to be loaded if its day is replaced. */
  readonly toLoadSql: string;
  /** Columns that the answer filled: what is compared, where the table has rows to compare with. */
  columns(): Promise<readonly string[]>;
  readonly managementUnitId: string;
  /** Condition on a row `other` of the table that it stays for another unit's load to take. */
  readonly waitingSql: string;
}

/** What is to be done to a table so that its replaced days have the answer's rows. */
export interface TableDifference {
  /** Temporary table with the rows to write, under the conditions of the stage; null where none is. */
  readonly arriving: string | null;
  /** Condition on the rows `other` of the table that go; null where none does. */
  readonly goingSql: string | null;
  readonly changes: RowChanges;
}

type Counts = Omit<RowChanges, 'unchanged'>;

/**
 * Compares the answer's rows with those that the warehouse has, by key, so that equal ones need not be written again.
 *
 * Rows are equal when all that the answer filled is: which window, landing and instant brought them is bookkeeping. Days of which the
 * table has no rows are not looked at, so that a first load costs what it did.
 *
 * The same SQL in DuckDB and Postgres: numbers and instants are compared by value, texts by their bytes, and nothing is equal to nothing.
 */
export async function compareRows(
  session: ComparingSession,
  answered: AnsweredTable,
  decided: readonly DecidedDay[],
): Promise<TableDifference> {
  const { load, stage } = answered;
  const replaced = decided.filter((day) => day.action === 'replace');
  const known = replaced.filter((day) => (day.existing.rows.get(load.table) ?? 0) > 0);
  const first = replaced.filter((day) => !known.includes(day));
  const firstRows = stagedRows(first, load);
  if (known.length === 0) {
    const changes = { inserted: firstRows, changed: 0, deleted: 0, unchanged: 0 };
    return { arriving: firstRows > 0 ? stage : null, goingSql: null, changes };
  }

  const difference = `difference_${load.table}`;
  const days = datesSql(known);
  await session.makeTemp(difference, differenceSql(answered, await answered.columns(), days));
  const counts = await countByChange(session, difference);
  const written = counts.inserted + counts.changed;
  const arriving = firstRows + written === 0 ? null : `arriving_${load.table}`;
  if (arriving !== null) {
    const differing = `SELECT staged.* FROM ${stage} AS staged WHERE ${answered.toLoadSql} AND staged.${days}
      AND ${inDifferenceSql(load, difference, 'staged', 'deleted')}`;
    const added = `SELECT staged.* FROM ${stage} AS staged WHERE ${answered.toLoadSql} AND staged.${datesSql(first)}`;
    await session.makeTemp(arriving, firstRows > 0 ? `${differing} UNION ALL ${added}` : differing);
  }
  const goingSql = `${ofUnitSql(answered)} AND other.${days} AND ${inDifferenceSql(load, difference, 'other', 'inserted')}`;
  return {
    arriving,
    goingSql: counts.changed + counts.deleted > 0 ? goingSql : null,
    changes: {
      ...counts,
      inserted: counts.inserted + firstRows,
      unchanged: stagedRows(known, load) - written,
    },
  };
}

/** The keys of rows that differ, and how: one pass over both sides. Equal rows leave nothing, so that it is small where little changed. */
function differenceSql(answered: AnsweredTable, columns: readonly string[], days: string): string {
  const { load, stage, toLoadSql, waitingSql } = answered;
  const list = columns.join(', ');
  const [key] = load.key;
  const keys = load.key.map((column) => `coalesce(staged.${column}, other.${column}) AS ${column}`);
  const compared = columns.filter((column) => !load.key.includes(column));
  const unlike = compared.map((column) => `staged.${column} IS DISTINCT FROM other.${column}`);
  return `SELECT ${keys.join(', ')},
      CASE WHEN other.${key} IS NULL THEN 'inserted' WHEN staged.${key} IS NULL THEN 'deleted' ELSE 'changed' END AS change
    FROM (SELECT ${list} FROM ${stage} WHERE ${toLoadSql} AND ${days}) AS staged
    FULL JOIN (SELECT ${list} FROM ${load.table} AS other WHERE ${ofUnitSql(answered)} AND ${days} AND NOT (${waitingSql})) AS other
      ON ${sameKeySql(load, 'staged', 'other')}
    WHERE ${[`other.${key} IS NULL`, `staged.${key} IS NULL`, ...unlike].join(' OR ')}`;
}

async function countByChange(session: ComparingSession, difference: string): Promise<Counts> {
  const found = await session.rows<{ change: keyof Counts; rows: number }>(
    `SELECT change, count(*) AS "rows" FROM ${difference} GROUP BY change`,
  );
  return {
    inserted: 0,
    changed: 0,
    deleted: 0,
    ...Object.fromEntries(found.map(({ change, rows }) => [change, rows])),
  };
}

/** That the row is among those that differ, otherwise than `but`. */
function inDifferenceSql(load: TableLoad, difference: string, row: string, but: keyof Counts): string {
  return `EXISTS (SELECT 1 FROM ${difference} AS difference
    WHERE difference.change <> '${but}' AND ${sameKeySql(load, 'difference', row)})`;
}

function sameKeySql({ key }: TableLoad, some: string, more: string): string {
  return key.map((column) => `${some}.${column} = ${more}.${column}`).join(' AND ');
}

function ofUnitSql({ managementUnitId }: AnsweredTable): string {
  return `other.management_unit_id = '${managementUnitId.replaceAll("'", "''")}'`;
}

function datesSql(days: readonly { readonly localDate: LocalDate }[]): string {
  return `local_date IN (${days.map(({ localDate }) => `DATE '${localDate}'`).join(', ')})`;
}

function stagedRows(days: readonly DecidedDay[], { table }: TableLoad): number {
  return days.reduce((sum, { staged }) => sum + (staged.rows.get(table) ?? 0), 0);
}
