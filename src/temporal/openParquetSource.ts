import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../domain/failure.js';
import { openDuckdbParquet } from '../warehouse/duckdb/duckdbParquet.js';
import type { ParquetSource } from '../warehouse/parquetSource.js';
import { openPostgresParquet } from '../warehouse/postgres/postgresParquet.js';
import type { WarehouseSettings } from './openWarehouse.js';

/**
 * Opens the warehouse that the configuration names as a source of Parquet files.
 *
 * @throws Failure `InvalidInput` when there is no DuckDB file: opening it would make one.
 */
export function openParquetSource({ warehouse, dataDirectory }: WarehouseSettings): ParquetSource {
  const tempDirectory = path.join(dataDirectory, 'duckdb-temp-publish');
  switch (warehouse.kind) {
    case 'duckdb':
      if (!existsSync(warehouse.path))
        throw new Failure('InvalidInput', `there is no warehouse at ${warehouse.path}: nothing was published`);
      return openDuckdbParquet({ path: warehouse.path, memory: warehouse.memory, tempDirectory });
    case 'postgres':
      return openPostgresParquet(warehouse, { tempDirectory });
  }
}
