import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import type { WindowSeal } from '../../domain/seal.js';
import type { DecidedDay } from '../decideDays.js';
import { type MovedRows, supersedesOf } from '../heldRows.js';
import { contentsSql } from '../rowContents.js';
import { keyOutsideWindow, keysAreFree } from '../sameKeys.js';
import type { StagedTable } from '../staging/stageWindow.js';
import type { WindowLoad } from '../warehouse.js';
import type { LoadOutcome } from '../windowSeal.js';
import { heldDays, moveHeldRows, type Superseding } from './moveHeldRows.js';
import { rowsOf, type SqlValue } from './rows.js';
import { ofAnotherUnitSql } from './rowsWaitingForOthers.js';

const TO_LOAD = 'left_because IS NULL AND local_date IN (SELECT local_date FROM replaced_day)';

/**
 * Replaces the rows of the days decided so by the staged ones, in the caller's transaction. Held rows move away first.
 *
 * @returns rows of other units' days that had to go, because their key now belongs to this unit; and what was under hold.
 * @throws Failure `Corrupt` when a key would be in the table twice.
 */
export async function replaceRows(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<Pick<LoadOutcome, 'taken' | 'supersedes'>> {
  const dates = decided.filter((day) => day.action === 'replace').map((day) => day.localDate);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE replaced_day AS
     SELECT unnest(from_json(CAST(? AS JSON), '["DATE"]')) AS local_date`,
    [JSON.stringify(dates)],
  );
  const taken: WindowSeal['taken'] = [];
  const moved: MovedRows[] = superseding.anyHold
    ? (await heldDays(connection, load)).filter(({ localDate }) => dates.includes(localDate))
    : [];
  for (const table of staged) {
    moved.push(...(await deleteDays(connection, load, table, decided, superseding)));
    const freed = await freeKeys(connection, load, table, superseding);
    taken.push(...freed.taken);
    moved.push(...freed.moved);
    await connection.run(
      `INSERT INTO ${table.load.table} BY NAME
       SELECT * EXCLUDE (landing, left_because), CAST(? AS VARCHAR) AS window_id, landing AS landing_sha256,
              CAST(? AS TIMESTAMPTZ) AS loaded_at
       FROM ${table.stage} WHERE ${TO_LOAD}`,
      [windowId(load.window), superseding.at],
    );
  }
  return { taken, supersedes: supersedesOf(moved) };
}

async function deleteDays(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: StagedTable,
  decided: readonly DecidedDay[],
  superseding: Superseding,
): Promise<MovedRows[]> {
  const { table } = staged.load;
  const anything = decided.some((day) => day.action === 'replace' && (day.existing.rows.get(table) ?? 0) > 0);
  if (!anything) return [];
  const { managementUnitId, from, to } = load.window;
  const going = {
    condition: `other.management_unit_id = ? AND other.local_date >= CAST(? AS DATE) AND other.local_date < CAST(? AS DATE)
       AND other.local_date IN (SELECT local_date FROM replaced_day) AND NOT EXISTS (${ofAnotherUnitSql(staged)})`,
    values: [managementUnitId, from, to],
  };
  return await deleteRows(connection, load, table, going, superseding);
}

/**
 * Makes sure that no key to be inserted is in the table still. With the stage's own keys unique, each key is then in the table once.
 *
 * Where the unit is part of the key, only days of the same unit could have one; that is an error. Where it is not, rows of other units'
 * days may have it: loaded there while this unit's adherence was not known, which now says that this unit held the user. They go.
 */
async function freeKeys(
  connection: DuckDBConnection,
  windowLoad: WindowLoad,
  { load, stage }: StagedTable,
  superseding: Superseding,
): Promise<{ taken: WindowSeal['taken']; moved: MovedRows[] }> {
  if (keysAreFree(load)) return { taken: [], moved: [] };
  const sameKey = load.key.map((column) => `other.${column} = staged.${column}`).join(' AND ');
  const condition = `EXISTS (SELECT 1 FROM ${stage} AS staged WHERE ${TO_LOAD} AND ${sameKey})`;
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
      `UPDATE coverage SET "rows" = "rows" - ? WHERE dataset = ? AND management_unit_id = ? AND local_date = CAST(? AS DATE)`,
      [rows, windowLoad.window.dataset, managementUnitId, localDate],
    );
  }
  return { taken: found.map((days) => ({ ...days, table: load.table })), moved };
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
