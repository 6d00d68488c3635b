import type { DuckDBConnection } from '@duckdb/node-api';
import { windowId } from '../../domain/exportWindow.js';
import { stageWindow, type StagedTable } from '../staging/stageWindow.js';
import type { LoadedWindow, WindowLoad } from '../warehouse.js';
import { loadedAfter, sameLoad } from '../windowSeal.js';
import { type LoadTransaction, writeLoad } from '../writeLoad.js';
import { type CopiedTable, writeStage } from './copyStage.js';
import { writeCoverage } from './coverage.js';
import { addSeal, nextSealNumber, unwrittenSeal } from './custody.js';
import { dayContents } from './dayContents.js';
import { dayFacts } from './dayFacts.js';
import { followFormula } from './followFormula.js';
import { loadLock, loadScope } from './locks.js';
import { anyHold } from './moveHeldRows.js';
import { readForStaging } from './readForStaging.js';
import { replaceRows } from './replaceRows.js';
import type { Session } from './session.js';

/** Where a load is staged before it is written. */
export interface LoadPlace {
  readonly schema: string;
  /** A connection to a staging database, without temporary tables. */
  readonly staging: DuckDBConnection;
  /** A directory of the load's own, removed afterwards. */
  readonly scratch: string;
}

/**
 * See `Warehouse.loadWindow`. The answer is parsed and checked in DuckDB, copied to temporary tables of the session's transaction, and
 * written from there. Partitions must be there.
 */
export async function loadWindow(
  session: Session,
  { schema, staging, scratch }: LoadPlace,
  load: WindowLoad,
  signal?: AbortSignal,
): Promise<LoadedWindow> {
  const reads = (load.load.reads ?? []).length > 0;
  const { staged, copied } = await stageAndCopy(session, staging, load, scratch, signal, async () => {
    // Whose row it is follows from what the SQL reads: no other load of these keys may come between reading and writing.
    if (!reads) return;
    await loadLock(session, schema, load);
    await readForStaging(session, staging, load, scratch);
  });
  if (!reads) await loadLock(session, schema, load);
  // Asked with the lock: another worker's attempt at the same load may have committed meanwhile.
  const committed = sameLoad(await unwrittenSeal(session, windowId(load.window)), load);
  if (committed) return committed;

  return await writeLoad(load, staged, transactionOf(session, staging, load, copied));
}

function transactionOf(
  session: Session,
  staging: DuckDBConnection,
  load: WindowLoad,
  copied: readonly CopiedTable[],
): LoadTransaction {
  return {
    dayFacts: () => dayFacts(session, staging, load, copied),
    nextLoadedAt: () => nextLoadedAt(session, load),
    nextSealNumber: (id, numbersTaken) => nextSealNumber(session, id, numbersTaken),
    replaceRows: async (decided, { at, by }) =>
      await replaceRows(session, load, copied, decided, { anyHold: await anyHold(session), at, by }),
    followFormula: (formula) => followFormula(session, formula),
    dayContents: (decided) => dayContents(session, load, copied, decided),
    addSeal: (seal) => addSeal(session, seal),
    writeCoverage: (days) => writeCoverage(session, days),
  };
}

/** Copies each staged table to the server while DuckDB computes the next. */
async function stageAndCopy(
  session: Session,
  staging: DuckDBConnection,
  load: WindowLoad,
  scratch: string,
  signal: AbortSignal | undefined,
  beforeTables: () => Promise<void>,
): Promise<{ staged: StagedTable[]; copied: CopiedTable[] }> {
  const copied: CopiedTable[] = [];
  let copying = Promise.resolve();
  try {
    const staged = await stageWindow(staging, load, signal, {
      beforeTables,
      take: async (table) => {
        const written = await writeStage(staging, table, scratch);
        copied.unshift(written.copied);
        copying = copying.then(() => written.copy(session));
        // Heard of below; until then nobody else listens.
        copying.catch(() => undefined);
      },
    });
    await copying;
    return { staged, copied };
  } finally {
    // The session takes no other statement in the midst of a COPY, not even to roll back.
    await copying.catch(() => undefined);
  }
}

/** By scope: loads that can touch the same rows are ordered as they were committed; others never meet. */
async function nextLoadedAt(session: Session, load: WindowLoad): Promise<string> {
  const name = `last_loaded_at ${loadScope(load)}`;
  const last = await session.row<{ value: string }>('SELECT value FROM warehouse_setting WHERE name = $1', [name]);
  const loadedAt = loadedAfter(load.loadedAt, last?.value ?? null);
  await session.run(
    'INSERT INTO warehouse_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [name, loadedAt],
  );
  return loadedAt;
}
