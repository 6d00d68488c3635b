import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { windowId } from '../../domain/exportWindow.js';
import { bytesToLoad } from '../staging/bytesToLoad.js';
import { StagingDatabases } from '../staging/stagingDatabases.js';
import { coveredDays } from '../coveredDays.js';
import type { LoadedWindow, Warehouse, WindowLoad } from '../warehouse.js';
import { sameLoad } from '../windowSeal.js';
import { markFailed, markPending, readAllCoverage, readCoverage, unmarkPending } from './coverage.js';
import { addSeal, custodyHead, openSeals, sealsChained, sealWritten, unwrittenSeal } from './custody.js';
import { holds, placeHold, releaseHold } from './holds.js';
import { loadedRows } from './loadedRows.js';
import { loadWindow } from './loadWindow.js';
import { outcomes, recordOutcome } from './outcomes.js';
import { ensurePartitions } from './partitions.js';
import { PostgresDatabase } from './postgresDatabase.js';
import { loadStructure } from './structure.js';
import { adherenceDifferences, countRows } from './verification.js';
import { windowUsers } from './windowUsers.js';

export interface PostgresWarehouseOptions {
  /** A directory of this machine, where answers are staged: lines, and what DuckDB's memory does not hold. */
  readonly tempDirectory: string;
  /** Loads at once; further ones wait. @default 2 */
  readonly loads?: number;
  /** Connections at most, loads' own among them. @default loads + 4 */
  readonly connections?: number;
  /** How long a server that does not answer is tried before it counts as away. @default 0 */
  readonly reachedWithinMs?: number;
  readonly log?: (message: string) => void;
}

/**
 * A warehouse in PostgreSQL, which any number of processes may use at once.
 *
 * Nothing is connected before the first call. Further failures than `Warehouse` names: `Transient` where another transaction was in the
 * way or the connection was lost in the midst; nothing was changed then, and the same call may be made again.
 */
export function openPostgresWarehouse(config: PostgresConfig, options: PostgresWarehouseOptions): Warehouse {
  const loads = options.loads ?? 2;
  const database = new PostgresDatabase(config, {
    connections: options.connections ?? loads + 4,
    reachedWithinMs: options.reachedWithinMs,
    log: options.log,
  });
  const staging = new StagingDatabases({ memory: config.memory, tempDirectory: options.tempDirectory, atOnce: loads });
  return {
    location: database.location,
    migrate: () => database.migrate(),
    loadWindow: (load, signal) => stagedLoad(database, staging, options.tempDirectory, load, signal),
    ...ledgers(database),
    ...custody(database),
    ...reads(database),
    release: async () => {
      await Promise.all([staging.release(), database.release()]);
    },
  };
}

async function stagedLoad(
  database: PostgresDatabase,
  staging: StagingDatabases,
  tempDirectory: string,
  load: WindowLoad,
  signal?: AbortSignal,
): Promise<LoadedWindow> {
  const known = await database.read((session) => unwrittenSeal(session, windowId(load.window)));
  const committed = sameLoad(known, load);
  if (committed) return committed;
  await database.write((session) =>
    ensurePartitions(
      session,
      database.schema,
      load.load.tables.map(({ table }) => table),
      load.days.map(({ localDate }) => localDate),
    ),
  );
  await mkdir(tempDirectory, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(tempDirectory, 'load-'));
  try {
    const bytes = await bytesToLoad(load);
    return await staging.use(
      bytes,
      (connection) =>
        database.load(
          (session) => loadWindow(session, { schema: database.schema, staging: connection, scratch }, load, signal),
          signal,
        ),
      signal,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function ledgers(database: PostgresDatabase) {
  return {
    loadStructure: (structure) => database.write((session) => loadStructure(session, structure)),
    markPending: (days) => database.write((session) => markPending(session, days)),
    unmarkPending: (days) => database.write((session) => unmarkPending(session, days)),
    markFailed: (window, days, reason) => database.write((session) => markFailed(session, window, days, reason)),
    recordOutcome: (outcome) => database.write((session) => recordOutcome(session, outcome)),
    placeHold: (hold) => database.writeAlone((session) => placeHold(session, hold)),
    releaseHold: (holdId) => database.write((session) => releaseHold(session, holdId)),
    holds: () => database.read(holds),
  } satisfies Partial<Warehouse>;
}

function custody(database: PostgresDatabase) {
  return {
    openSeals: (path) => database.read((session) => openSeals(session, path)),
    addSeal: (seal) => database.write((session) => addSeal(session, { ...seal, windowId: null, number: null })),
    sealWritten: (path) => database.write((session) => sealWritten(session, path)),
    sealsChained: (paths, head) => database.write((session) => sealsChained(session, paths, head)),
    custodyHead: () => database.read(custodyHead),
  } satisfies Partial<Warehouse>;
}

function reads(database: PostgresDatabase) {
  return {
    coverage: (range) => database.read((session) => readCoverage(session, range)),
    allCoverage: () => database.read(readAllCoverage),
    coveredDays: (countedFrom) => database.read((session) => coveredDays((sql) => session.rows(sql), countedFrom)),
    loadedRows: () => database.read(loadedRows),
    windowUsers: (window, days) => database.read((session) => windowUsers(session, window, days)),
    outcomes: (exportId, runId) => database.read((session) => outcomes(session, exportId, runId)),
    countRows: (dataset) => database.read((session) => countRows(session, dataset)),
    adherenceDifferences: (limit) => database.read((session) => adherenceDifferences(session, limit)),
    query: (sql, values = []) => database.read((session) => session.rows(numbered(sql), values)),
  } satisfies Partial<Warehouse>;
}

/** `?` as the server has it: `$1`, `$2` and on. One between quotes stays. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll(/'(?:[^']|'')*'|"[^"]*"|\?/g, (part) => (part === '?' ? `$${++count}` : part));
}
