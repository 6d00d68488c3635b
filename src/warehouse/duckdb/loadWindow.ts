import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import { type StagedTable, stageWindow } from '../staging/stageWindow.js';
import type { LoadedWindow, WindowLoad } from '../warehouse.js';
import { loadedAfter, sameLoad } from '../windowSeal.js';
import { type LoadTransaction, writeLoad } from '../writeLoad.js';
import { writeCoverage } from './coverage.js';
import { addSeal, nextSealNumber, unwrittenSeal } from './custody.js';
import { dayContents } from './dayContents.js';
import { dayFacts } from './dayFacts.js';
import { followFormula } from './followFormula.js';
import { anyHold } from './moveHeldRows.js';
import { replaceRows } from './replaceRows.js';
import { interruptible, inTransaction, rowOf } from './rows.js';

/** See `Warehouse.loadWindow`. The connection must have no temporary tables yet, and no other may write meanwhile. */
export async function loadWindow(
  connection: DuckDBConnection,
  load: WindowLoad,
  signal?: AbortSignal,
): Promise<LoadedWindow> {
  const committed = sameLoad(await unwrittenSeal(connection, windowId(load.window)), load);
  if (committed) return committed;
  const staged = await interruptible(connection, signal, () => stageWindow(connection, load, signal));
  return await inTransaction(connection, () =>
    interruptible(connection, signal, () => writeLoad(load, staged, transactionOf(connection, load, staged))),
  );
}

function transactionOf(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
): LoadTransaction {
  return {
    dayFacts: () => dayFacts(connection, load, staged),
    nextLoadedAt: () => nextLoadedAt(connection, load.loadedAt),
    nextSealNumber: (id, numbersTaken) => nextSealNumber(connection, id, numbersTaken),
    replaceRows: async (decided, { at, by }) =>
      await replaceRows(connection, load, staged, decided, { anyHold: await anyHold(connection), at, by }),
    followFormula: (formula) => followFormula(connection, formula),
    dayContents: () => dayContents(connection, load),
    addSeal: (seal) => addSeal(connection, seal),
    writeCoverage: (days) => writeCoverage(connection, days),
  };
}

async function nextLoadedAt(connection: DuckDBConnection, wished: string): Promise<string> {
  const last = await rowOf<{ value: string }>(
    connection,
    `SELECT value FROM warehouse_setting WHERE name = 'last_loaded_at'`,
  );
  const loadedAt = loadedAfter(wished, last?.value ?? null);
  await connection.run(
    `INSERT INTO warehouse_setting VALUES ('last_loaded_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    [loadedAt],
  );
  return loadedAt;
}
