import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import { Failure } from '../../domain/failure.js';
import type { WindowSeal } from '../../domain/seal.js';
import type { WindowLoad } from '../warehouse.js';
import type { DecidedDay } from './decideDays.js';
import { rowsOf } from './rows.js';
import { ofAnotherUnitSql } from './rowsWaitingForOthers.js';
import type { StagedTable } from './stageWindow.js';

const TO_LOAD = 'left_because IS NULL AND local_date IN (SELECT local_date FROM replaced_day)';

/**
 * Replaces the rows of the days decided so by the staged ones, in the caller's transaction.
 *
 * @returns rows of other units' days that had to go, because their key now belongs to this unit.
 * @throws Failure `Corrupt` when a key would be in the table twice.
 */
export async function replaceRows(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
  decided: readonly DecidedDay[],
  loadedAt: string,
): Promise<WindowSeal['taken']> {
  const dates = decided.filter((day) => day.action === 'replace').map((day) => day.localDate);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE replaced_day AS
     SELECT unnest(from_json(CAST(? AS JSON), '["DATE"]')) AS local_date`,
    [JSON.stringify(dates)],
  );
  const taken: WindowSeal['taken'] = [];
  for (const table of staged) {
    await deleteDays(connection, load, table, decided);
    taken.push(...(await freeKeys(connection, load, table)));
    await connection.run(
      `INSERT INTO ${table.load.table} BY NAME
       SELECT * EXCLUDE (landing, left_because), CAST(? AS VARCHAR) AS window_id, landing AS landing_sha256,
              CAST(? AS TIMESTAMPTZ) AS loaded_at
       FROM ${table.stage} WHERE ${TO_LOAD}`,
      [windowId(load.window), loadedAt],
    );
  }
  return taken;
}

async function deleteDays(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: StagedTable,
  decided: readonly DecidedDay[],
): Promise<void> {
  const { table } = staged.load;
  const anything = decided.some((day) => day.action === 'replace' && (day.existing.rows.get(table) ?? 0) > 0);
  if (!anything) return;
  await connection.run(
    `DELETE FROM ${table} AS other WHERE management_unit_id = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       AND local_date IN (SELECT local_date FROM replaced_day) AND NOT EXISTS (${ofAnotherUnitSql(staged)})`,
    [load.window.managementUnitId, load.window.from, load.window.to],
  );
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
): Promise<WindowSeal['taken']> {
  const ofUnit = load.key.includes('management_unit_id');
  if (ofUnit && load.key.includes('local_date')) return [];
  const sameKey = load.key.map((column) => `other.${column} = staged.${column}`).join(' AND ');
  const staged = `(SELECT ${load.key.join(', ')} FROM ${stage} WHERE ${TO_LOAD}) AS staged`;
  const found = await rowsOf<{ managementUnitId: string; localDate: string; rows: number }>(
    connection,
    `SELECT other.management_unit_id AS "managementUnitId", other.local_date AS "localDate", count(*) AS "rows"
     FROM ${load.table} AS other JOIN ${staged} ON ${sameKey} GROUP BY ALL ORDER BY ALL`,
  );
  const [first] = found;
  if (!first) return [];
  if (ofUnit) {
    throw new Failure(
      'Corrupt',
      `${windowId(windowLoad.window)}: ${load.table} has ${first.rows} of the same rows on ${first.localDate}, a day outside this window. Nothing was loaded; the bytes are kept as received`,
    );
  }
  await connection.run(`DELETE FROM ${load.table} AS other USING ${staged} WHERE ${sameKey}`);
  for (const { managementUnitId, localDate, rows } of found) {
    await connection.run(
      `UPDATE coverage SET "rows" = "rows" - ? WHERE dataset = ? AND management_unit_id = ? AND local_date = CAST(? AS DATE)`,
      [rows, windowLoad.window.dataset, managementUnitId, localDate],
    );
  }
  return found.map((days) => ({ ...days, table: load.table }));
}
