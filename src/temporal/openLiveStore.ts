import path from 'node:path';
import type { Config } from '../config/loadConfig.js';
import type { LiveStore } from '../warehouse/live/liveStore.js';
import { openDuckdbLiveStore } from '../warehouse/live/openDuckdbLiveStore.js';
import { openPostgresLiveStore } from '../warehouse/live/openPostgresLiveStore.js';

/** File of the live rows, beside a warehouse that is a file. */
const LIVE_FILE = 'live.duckdb';

/**
 * Opens the live rows where the configuration has the warehouse: a file of their own beside a DuckDB warehouse, or the same schema of a
 * Postgres database. What cannot be reached shows with the first use.
 */
export function openLiveStore(config: Pick<Config, 'warehouse' | 'dataDirectory'>): LiveStore {
  const { warehouse, dataDirectory } = config;
  if (warehouse.kind === 'postgres') return openPostgresLiveStore({ ...warehouse });
  const tempDirectory = path.join(dataDirectory, 'duckdb-temp-live');
  return openDuckdbLiveStore({ path: path.join(dataDirectory, LIVE_FILE), tempDirectory });
}
