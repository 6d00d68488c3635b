import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { duckdbFailure, lockHolder } from './duckdbFailure.js';
import { schemaVersion } from './migrate.js';
import { MIGRATIONS } from './migrations.js';
import { rowsOf } from './rows.js';

/** What is at the warehouse's path. */
export type WarehouseState =
  | { readonly state: 'missing' }
  | { readonly state: 'held'; readonly pid: number; readonly program: string | null }
  | {
      readonly state: 'free';
      /** Version of the schema found, 0 where there is none yet, and the newest one that this program knows. */
      readonly schemaVersion: number;
      readonly newestVersion: number;
      readonly managementUnitIds: readonly string[];
    };

/**
 * Looks at a warehouse without migrating or making it, as a worker would open it, and lets go of it at once.
 *
 * Not for a process that has the file open already: two instances of one file in a process corrupt it.
 *
 * @throws Failure `Blocked` when the file cannot be read or written, or is no database of DuckDB's.
 */
export async function inspectWarehouse(path: string): Promise<WarehouseState> {
  if (!existsSync(path)) return { state: 'missing' };
  try {
    const instance = await DuckDBInstance.fromCache(path, {
      memory_limit: '64MB',
      threads: '1',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    try {
      const connection = await instance.connect();
      const found = await schemaVersion(connection);
      const newestVersion = MIGRATIONS.at(-1)?.version ?? 0;
      const units =
        found > 0 && found <= newestVersion
          ? await rowsOf<{ id: string }>(connection, 'SELECT id FROM management_unit')
          : [];
      connection.disconnectSync();
      return { state: 'free', schemaVersion: found, newestVersion, managementUnitIds: units.map(({ id }) => id) };
    } finally {
      instance.closeSync();
    }
  } catch (error) {
    const holder = lockHolder(error);
    if (holder !== null) return { state: 'held', ...holder };
    throw duckdbFailure(error, path);
  }
}
