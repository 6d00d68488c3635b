import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import { decideDays } from '../decideDays.js';
import { type StagedTable, stageWindow } from '../staging/stageWindow.js';
import type { LoadedWindow, WindowLoad } from '../warehouse.js';
import { coverageAfter, loadedAfter, sameLoad, sealPathOf, writtenSeal } from '../windowSeal.js';
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
    interruptible(connection, signal, () => loadStaged(connection, load, staged)),
  );
}

async function loadStaged(
  connection: DuckDBConnection,
  load: WindowLoad,
  staged: readonly StagedTable[],
): Promise<LoadedWindow> {
  const decided = decideDays(load, staged, await dayFacts(connection, load, staged));
  const loadedAt = await nextLoadedAt(connection, load.loadedAt);
  const number = await nextSealNumber(connection, windowId(load.window), load.seal.numbersTaken);
  const replaced = await replaceRows(connection, load, staged, decided, {
    anyHold: await anyHold(connection),
    at: loadedAt,
    by: sealPathOf(load, number),
  });
  await followFormula(connection, load.seal.settings['formula']);

  const { text, ...loaded } = writtenSeal(load, staged, decided, {
    number,
    loadedAt,
    contents: await dayContents(connection, load),
    ...replaced,
  });
  await addSeal(connection, {
    path: loaded.sealPath,
    sha256: loaded.sealSha256,
    content: text,
    windowId: loaded.seal.windowId,
    number,
  });
  await writeCoverage(
    connection,
    decided.map((day) => coverageAfter(load, day, loaded.sealPath)),
  );
  return loaded;
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
