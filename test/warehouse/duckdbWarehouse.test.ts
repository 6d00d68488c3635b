import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { warehouseContract } from '../contract/warehouse.js';

warehouseContract('the DuckDB warehouse', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-duckdb-'));
  const warehouse = openDuckdbWarehouse({
    path: join(directory, 'warehouse.duckdb'),
    tempDirectory: join(directory, 'temp'),
    threads: 2,
  });
  return {
    warehouse,
    close: async () => {
      await warehouse.release();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
