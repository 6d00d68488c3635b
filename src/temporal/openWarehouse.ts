import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/loadConfig.js';
import { openDuckdbWarehouse } from '../warehouse/duckdb/openDuckdbWarehouse.js';
import { inspectWarehouse } from '../warehouse/postgres/inspectWarehouse.js';
import { openPostgresWarehouse } from '../warehouse/postgres/openPostgresWarehouse.js';
import type { Warehouse } from '../warehouse/warehouse.js';

/** What opening a warehouse takes of a configuration. */
export type WarehouseSettings = Pick<Config, 'warehouse' | 'dataDirectory'>;

/** A database that is started anew is not noticed by an export; people who ask are told at once that it is away. */
const RESTARTED_WITHIN_MS = 20_000;

/**
 * Opens the warehouse that the configuration names: a DuckDB file, which is made where there is none, or a Postgres database.
 *
 * @param use what it is opened for, where it is not a worker: several processes have scratch files of their own.
 * @throws Failure `InvalidInput` when a password or certificate cannot be read. What cannot be reached shows with the first use.
 */
export function openWarehouse(
  { warehouse, dataDirectory }: WarehouseSettings,
  use?: 'plan' | 'verify' | 'coverage',
): Warehouse {
  const tempDirectory = path.join(dataDirectory, use === undefined ? 'duckdb-temp' : `duckdb-temp-${use}`);
  switch (warehouse.kind) {
    case 'duckdb':
      return openDuckdbWarehouse({ path: warehouse.path, memory: warehouse.memory, tempDirectory });
    case 'postgres':
      return openPostgresWarehouse(
        { ...warehouse },
        { tempDirectory, reachedWithinMs: use === undefined ? RESTARTED_WITHIN_MS : 0 },
      );
  }
}

/**
 * As `openWarehouse`, but makes nothing: null where there is no DuckDB file, or no schema of ours, and so nothing to read.
 *
 * @throws Failure `Blocked` when a database server does not answer.
 */
export async function openExistingWarehouse(
  config: WarehouseSettings,
  use: 'plan' | 'verify' | 'coverage',
): Promise<Warehouse | null> {
  const { warehouse } = config;
  const isThere =
    warehouse.kind === 'duckdb' ? existsSync(warehouse.path) : (await inspectWarehouse(warehouse)).schemaVersion > 0;
  return isThere ? openWarehouse(config, use) : null;
}

/**
 * Whether one process alone can hold the warehouse open: then it owns it, and others leave loads to it.
 *
 * A database server is everybody's: each worker loads.
 */
export function isSingleOwner({ warehouse }: Pick<Config, 'warehouse'>): boolean {
  return warehouse.kind === 'duckdb';
}
