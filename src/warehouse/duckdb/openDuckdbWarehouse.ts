import { bytesToLoad } from '../staging/bytesToLoad.js';
import { coveredDays } from '../coveredDays.js';
import type { Warehouse } from '../warehouse.js';
import { markFailed, markPending, readAllCoverage, readCoverage, unmarkPending } from './coverage.js';
import { addSeal, custodyHead, openSeals, sealsChained, sealWritten } from './custody.js';
import { type DuckdbFile, duckdbFile } from './duckdbFile.js';
import { holds, placeHold, releaseHold } from './holds.js';
import { loadedRows } from './loadedRows.js';
import { loadWindow } from './loadWindow.js';
import { outcomes, recordOutcome } from './outcomes.js';
import { inTransaction, rowsOf } from './rows.js';
import { loadStructure } from './structure.js';
import { adherenceDifferences, countRows } from './verification.js';
import { windowUsers } from './windowUsers.js';

export interface DuckdbWarehouseOptions {
  /** The database file; made with its directory when it is not there. */
  readonly path: string;
  /** DuckDB's memory limit. @default '256MB' */
  readonly memory?: string;
  /** Milliseconds after the last use at which other programs can open the file. @default 3000 */
  readonly idleReleaseMs?: number;
  /** Where DuckDB spills what the limit does not hold. */
  readonly tempDirectory: string;
  /** @default DuckDB's own: one a core */
  readonly threads?: number;
  readonly log?: (message: string) => void;
}

/**
 * The embedded warehouse: one DuckDB file, which one process holds at a time and lets go of when idle.
 *
 * Two of these on one path in a process share the file. Writes run one after another; reads beside them.
 */
export function openDuckdbWarehouse(options: DuckdbWarehouseOptions): Warehouse {
  const file = duckdbFile({
    ...options,
    memory: options.memory ?? '256MB',
    idleReleaseMs: options.idleReleaseMs ?? 3000,
  });
  return { location: file.path, ...loads(file), ...custody(file), ...reads(file), release: () => file.release() };
}

function loads(file: DuckdbFile) {
  return {
    // Opening migrates; asking for it alone shows early what stands in the way.
    migrate: () => file.write(() => Promise.resolve()),
    loadStructure: (structure) =>
      file.write((connection) => inTransaction(connection, () => loadStructure(connection, structure))),
    markPending: (days) => file.write((connection) => markPending(connection, days)),
    unmarkPending: (days) =>
      file.write((connection) => inTransaction(connection, () => unmarkPending(connection, days))),
    markFailed: (window, days, reason) => file.write((connection) => markFailed(connection, window, days, reason)),
    loadWindow: async (load, signal) =>
      file.load(await bytesToLoad(load), (connection) => loadWindow(connection, load, signal), signal),
    recordOutcome: (outcome) => file.write((connection) => recordOutcome(connection, outcome)),
  } satisfies Partial<Warehouse>;
}

function custody(file: DuckdbFile) {
  return {
    openSeals: (path) => file.read((connection) => openSeals(connection, path)),
    addSeal: (seal) => file.write((connection) => addSeal(connection, { ...seal, windowId: null, number: null })),
    sealWritten: (path) => file.write((connection) => sealWritten(connection, path)),
    sealsChained: (paths, head) =>
      file.write((connection) => inTransaction(connection, () => sealsChained(connection, paths, head))),
    custodyHead: () => file.read(custodyHead),
    placeHold: (hold) => file.write((connection) => placeHold(connection, hold)),
    releaseHold: (holdId) => file.write((connection) => releaseHold(connection, holdId)),
    holds: () => file.read(holds),
  } satisfies Partial<Warehouse>;
}

function reads(file: DuckdbFile) {
  return {
    coverage: (range) => file.read((connection) => readCoverage(connection, range)),
    allCoverage: () => file.read(readAllCoverage),
    coveredDays: (countedFrom) =>
      file.read((connection) =>
        inTransaction(
          connection,
          () => coveredDays((sql) => rowsOf(connection, sql), countedFrom),
          'BEGIN TRANSACTION READ ONLY',
        ),
      ),
    loadedRows: () => file.read(loadedRows),
    windowUsers: (window, days) => file.read((connection) => windowUsers(connection, window, days)),
    outcomes: (exportId, runId) => file.read((connection) => outcomes(connection, exportId, runId)),
    countRows: (dataset) => file.read((connection) => countRows(connection, dataset)),
    adherenceDifferences: (limit) => file.read((connection) => adherenceDifferences(connection, limit)),
    query: (sql, values = []) =>
      file.read((connection) =>
        inTransaction(connection, () => rowsOf(connection, sql, values), 'BEGIN TRANSACTION READ ONLY'),
      ),
  } satisfies Partial<Warehouse>;
}
