import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import { Failure } from '../../domain/failure.js';
import type { WindowSeal } from '../../domain/seal.js';
import type { WindowLoad } from '../warehouse.js';
import type { DecidedDay } from './decideDays.js';
import { rowOf, rowsOf } from './rows.js';
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
    if (!table.load.key.includes('management_unit_id')) taken.push(...(await takeOver(connection, table)));
    await connection.run(
      `INSERT INTO ${table.load.table} BY NAME
       SELECT * EXCLUDE (landing, left_because), CAST(? AS VARCHAR) AS window_id, landing AS landing_sha256,
              CAST(? AS TIMESTAMPTZ) AS loaded_at
       FROM ${table.stage} WHERE ${TO_LOAD}`,
      [windowId(load.window), loadedAt],
    );
    await assertKey(connection, load, table);
  }
  return taken;
}

async function deleteDays(
  connection: DuckDBConnection,
  load: WindowLoad,
  { load: { table } }: StagedTable,
  decided: readonly DecidedDay[],
): Promise<void> {
  const anything = decided.some((day) => day.action === 'replace' && (day.existing.rows.get(table) ?? 0) > 0);
  if (!anything) return;
  await connection.run(
    `DELETE FROM ${table} WHERE management_unit_id = ? AND local_date >= CAST(? AS DATE) AND local_date < CAST(? AS DATE)
       AND local_date IN (SELECT local_date FROM replaced_day)`,
    [load.window.managementUnitId, load.window.from, load.window.to],
  );
}

/**
 * Deletes rows of other units' days that have a key which is to be loaded. They were loaded there while this unit's adherence was not
 * known; now it says that this unit held the user.
 */
async function takeOver(connection: DuckDBConnection, { load, stage }: StagedTable): Promise<WindowSeal['taken']> {
  const sameKey = load.key.map((column) => `other.${column} = staged.${column}`).join(' AND ');
  const staged = `(SELECT ${load.key.join(', ')} FROM ${stage} WHERE ${TO_LOAD}) AS staged`;
  const taken = await rowsOf<{ managementUnitId: string; localDate: string; rows: number }>(
    connection,
    `SELECT other.management_unit_id AS "managementUnitId", other.local_date AS "localDate", count(*) AS "rows"
     FROM ${load.table} AS other JOIN ${staged} ON ${sameKey} GROUP BY ALL ORDER BY ALL`,
  );
  if (taken.length > 0) {
    await connection.run(`DELETE FROM ${load.table} AS other USING ${staged} WHERE ${sameKey}`);
    for (const { managementUnitId, localDate, rows } of taken) {
      await connection.run(
        `UPDATE coverage SET "rows" = "rows" - ? WHERE dataset = (SELECT split_part(window_id, '/', 2) FROM asked)
           AND management_unit_id = ? AND local_date = CAST(? AS DATE)`,
        [rows, managementUnitId, localDate],
      );
    }
  }
  return taken.map((days) => ({ ...days, table: load.table }));
}

async function assertKey(connection: DuckDBConnection, load: WindowLoad, table: StagedTable): Promise<void> {
  const key = table.load.key.join(', ');
  const twice = await rowOf(
    connection,
    `SELECT ${key} FROM ${table.load.table} SEMI JOIN (SELECT ${key} FROM ${table.stage} WHERE ${TO_LOAD}) AS staged USING (${key})
     GROUP BY ${key} HAVING count(*) > 1 ORDER BY ALL LIMIT 1`,
  );
  if (!twice) return;
  throw new Failure(
    'Corrupt',
    `${windowId(load.window)}: ${table.load.table} would have ${Object.values(twice).join(', ')} twice. Nothing was loaded; the bytes are kept as received`,
  );
}
