import type { WarehouseConfig } from '../../config/storageConfig.js';
import { Failure } from '../../domain/failure.js';
import { inspectWarehouse, type WarehouseState } from '../../warehouse/duckdb/inspectWarehouse.js';

/** What is in the warehouse, looked at as a worker would open it; makes nothing. @throws Failure `Blocked` when it cannot be opened. */
export async function lookAtWarehouse(warehouse: WarehouseConfig): Promise<WarehouseState> {
  switch (warehouse.kind) {
    case 'duckdb':
      return await inspectWarehouse(warehouse.path);
    case 'postgres':
      throw new Failure('InvalidInput', 'WAREHOUSE_URL: this version has the embedded warehouse only (duckdb:PATH)');
  }
}
