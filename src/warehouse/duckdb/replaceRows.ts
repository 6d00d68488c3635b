import type { DuckDBConnection } from '@duckdb/node-api';
import { type LocalDate, windowId } from '../../domain/exportWindow.js';
import type { TableChanges } from '../../domain/rowChanges.js';
import type { WindowSeal } from '../../domain/seal.js';
import { compareRows, type ComparingSession, type TableDifference } from '../compareRows.js';
import type { DecidedDay } from '../decideDays.js';
import { type MovedRows, supersedesOf } from '../heldRows.js';
import { overlappingRows } from '../overlappingRows.js';
import { contentsSql } from '../rowContents.js';
import { keyOutsideWindow, keysAreFree } from '../sameKeys.js';
import { stagedColumns } from '../staging/stagedColumns.js';
import type { StagedTable } from '../staging/stageWindow.js';
import type { WindowLoad } from '../warehouse.js';
import type { LoadOutcome } from '../windowSeal.js';
import { heldDays, moveHeldRows, type Superseding } from './moveHeldRows.js';
import { rowsOf, type SqlValue } from './rows.js';
import { ofAnotherUnitSql } from './rowsWaitingForOthers.js';

const TO_LOAD = 'left_because IS NULL AND local_date IN (SELECT local_date FROM replaced_day)';

/**
 * Makes the rows of the days decided so those of the answer, in the caller's transaction: writes and removes what differs. Held rows
 * move away first.
 *
 * @returns what became of rows; rows of other units' days that had to go, because their key now belongs to this unit; and what was under
 *   hold.
 * @throws Failure `Corrupt` when a key would be in the table twice.
 */
export async function replaceRows(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<Pick<LoadOutcome, 'changes' | 'taken' | 'supersedes'>> {
  const dates = decided.filter((day) => day.action === 'replace').map((day) => day.localDate);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE replaced_day AS
     SELECT unnest(from_json(CAST(? AS JSON), '["DATE"]')) AS local_date`,
    [JSON.stringify(dates)],
  );
  const changes: TableChanges = {};
  const taken: WindowSeal['taken'] = [];
  const moved: MovedRows[] = superseding.anyHold
    ? (await heldDays(connection, load)).filter(({ localDate }) => dates.includes(localDate))
    : [];
  for (const table of staged) {
    const difference = await differenceOf(connection, load, table, decided);
    changes[table.load.table] = difference.changes;
    moved.push(...(await deleteGoing(connection, load, table, difference, superseding)));
    const { arriving } = difference;
    const freed = await freeKeys(connection, load, table, arriving, dates, superseding);
    taken.push(...freed.taken);
    moved.push(...freed.moved);
    if (arriving === null) continue;
    await connection.run(
      `INSERT INTO ${table.load.table} BY NAME
       SELECT * EXCLUDE (landing, left_because), CAST(? AS VARCHAR) AS window_id, landing AS landing_sha256,
              CAST(? AS TIMESTAMPTZ) AS loaded_at
       FROM ${arriving} WHERE ${TO_LOAD}`,
      [windowId(load.window), superseding.at],
    );
  }
  return { changes, taken, supersedes: supersedesOf(moved) };
}

async function differenceOf(
  connection: DuckDBConnection,
  { window }: WindowLoad,
  staged: StagedTable,
  decided: readonly DecidedDay[],
): Promise<TableDifference> {
  return await compareRows(
    comparingSession(connection),
    {
      load: staged.load,
      stage: staged.stage,
      toLoadSql: 'left_because IS NULL',
      columns: () => stagedColumns(connection, staged.stage),
      managementUnitId: window.managementUnitId,
      waitingSql: staged.left.has('otherUnit') ? `EXISTS (${ofAnotherUnitSql(staged)})` : 'false',
    },
    decided,
  );
}

function comparingSession(connection: DuckDBConnection): ComparingSession {
  return {
    makeTemp: (table, select) => connection.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${select}`),
    rows: (sql) => rowsOf(connection, sql),
  };
}

async function deleteGoing(
  connection: DuckDBConnection,
  load: WindowLoad,
  { load: { table } }: StagedTable,
  { goingSql }: TableDifference,
  superseding: Superseding,
): Promise<MovedRows[]> {
  if (goingSql === null) return [];
  return await deleteRows(connection, load, table, { condition: goingSql, values: [] }, superseding);
}

/**
 * Makes sure that no key to be inserted is in the table still. With the stage's own keys unique, each key is then in the table once.
 *
 * Where the unit is part of the key, only days of the same unit could have one; that is an error. Where it is not, rows of other units'
 * days may have it, or have the same time under other keys: loaded there while this unit's adherence was not known, which now says that
 * this unit held the user. They go.
 */
async function freeKeys(
  connection: DuckDBConnection,
  windowLoad: WindowLoad,
  table: StagedTable,
  arriving: string | null,
  dates: readonly LocalDate[],
  superseding: Superseding,
): Promise<{ taken: WindowSeal['taken']; moved: MovedRows[] }> {
  const { load } = table;
  const condition = await inTheWaySql(connection, windowLoad, table, arriving, dates);
  if (condition === null) return { taken: [], moved: [] };
  const found = await rowsOf<{ managementUnitId: string; localDate: string; rows: number; contents: string }>(
    connection,
    `SELECT other.management_unit_id AS "managementUnitId", other.local_date AS "localDate", count(*) AS "rows",
       ${contentsSql('duckdb', load.table, 'other')} AS contents
     FROM ${load.table} AS other WHERE ${condition} GROUP BY ALL ORDER BY ALL`,
  );
  const [first] = found;
  if (!first) return { taken: [], moved: [] };
  if (load.key.includes('management_unit_id')) throw keyOutsideWindow(windowLoad, load, first);
  const moved = await deleteRows(connection, windowLoad, load.table, { condition, values: [] }, superseding);
  for (const { managementUnitId, localDate, rows } of found) {
    await connection.run(
      `UPDATE coverage SET "rows" = "rows" - $1, state = CASE WHEN "rows" = $1 AND state = 'loaded' THEN 'empty' ELSE state END
       WHERE dataset = $2 AND management_unit_id = $3 AND local_date = CAST($4 AS DATE)`,
      [rows, windowLoad.window.dataset, managementUnitId, localDate],
    );
  }
  return { taken: found.map((days) => ({ ...days, table: load.table })), moved };
}

/** Condition on the rows `other` of the table that have a key to be inserted, or time of the answer's; null where none can. */
async function inTheWaySql(
  connection: DuckDBConnection,
  { window }: WindowLoad,
  { load, stage, left }: StagedTable,
  arriving: string | null,
  dates: readonly LocalDate[],
): Promise<string | null> {
  if (keysAreFree(load) || dates.length === 0) return null;
  const sameKey = load.key.map((column) => `other.${column} = staged.${column}`).join(' AND ');
  if (load.intervals !== true) {
    return arriving && `EXISTS (SELECT 1 FROM ${arriving} AS staged WHERE ${TO_LOAD} AND ${sameKey})`;
  }
  if (arriving === null && !left.has('otherUnit')) return null;
  const overlapping = await overlappingRows(comparingSession(connection), {
    load,
    window,
    dates,
    arriving: arriving === null ? null : { stage: arriving, toLoadSql: TO_LOAD },
    answeredSql: `SELECT user_id, interval_start, interval_end, local_date FROM ${stage}
      WHERE left_because IS NULL OR left_because = 'otherUnit'`,
  });
  return overlapping && `EXISTS (SELECT 1 FROM ${overlapping} AS staged WHERE ${sameKey})`;
}

async function deleteRows(
  connection: DuckDBConnection,
  load: WindowLoad,
  table: string,
  going: { readonly condition: string; readonly values: readonly SqlValue[] },
  superseding: Superseding,
): Promise<MovedRows[]> {
  const moved = await moveHeldRows(connection, load, table, going, superseding);
  await connection.run(`DELETE FROM ${table} AS other WHERE ${going.condition}`, [...going.values]);
  return moved;
}
