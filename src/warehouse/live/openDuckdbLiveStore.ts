import type { DuckDBConnection } from '@duckdb/node-api';
import { duckdbFile } from '../duckdb/duckdbFile.js';
import type { Migration } from '../duckdb/migrations.js';
import { inTransaction, rowsOf } from '../duckdb/rows.js';
import type { LiveSql } from './liveSql.js';
import type { LiveStore } from './liveStore.js';
import { liveTables } from './liveTables.js';
import { liveTransactions } from './liveTransactions.js';

/** A file that is opened so often is to be others' most of the time. */
const FLUSH_EVERY_MS = 1000;
/** Some thousand rows: `WAREHOUSE_MEMORY` is for loads. */
const MEMORY = '128MB';

/** The schema of `live.duckdb`, which has versions of its own. A step that was released is never changed. */
const LIVE_MIGRATIONS: readonly Migration[] = [{ version: 1, statements: liveTables('TEXT') }];

/**
 * The live rows in a DuckDB file of their own: opened for each flush and let go of at once, so that anybody reads in between, and the
 * warehouse's file is let go of between loads as ever.
 */
export function openDuckdbLiveStore(options: { readonly path: string; readonly tempDirectory: string }): LiveStore {
  const file = duckdbFile({ ...options, memory: MEMORY, idleReleaseMs: 0, threads: 1, migrations: LIVE_MIGRATIONS });
  return {
    location: file.path,
    flushEveryMs: FLUSH_EVERY_MS,
    migrate: () => file.write(() => Promise.resolve()),
    ...liveTransactions({
      write: (use) => file.write((connection) => inTransaction(connection, () => use(sqlOf(connection)))),
      read: (use) =>
        file.read((connection) =>
          inTransaction(connection, () => use(sqlOf(connection)), 'BEGIN TRANSACTION READ ONLY'),
        ),
    }),
    release: () => file.release(),
  };
}

function sqlOf(connection: DuckDBConnection): LiveSql {
  return {
    rows: (sql, values = []) => rowsOf(connection, sql, values),
    recordset: (columns) => {
      const shape = Object.entries(columns).map(([name, type]) => `"${name}":"${type}"`);
      return `(SELECT unnest(from_json($1, '[{${shape.join(',')}}]'), recursive := true)) AS given`;
    },
    // One process at a time has the file.
    forUpdate: '',
  };
}
