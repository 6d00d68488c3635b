import type { WarehouseConfig } from '../../config/storageConfig.js';
import { inspectWarehouse, type WarehouseState } from '../../warehouse/duckdb/inspectWarehouse.js';
import { inspectWarehouse as inspectPostgres, type PostgresState } from '../../warehouse/postgres/inspectWarehouse.js';

/** What was found where the warehouse is; one of the two, by its kind. */
export interface WarehouseLook {
  readonly duckdb: WarehouseState | null;
  readonly postgres: PostgresState | null;
  /** Whether something of ours is there already. */
  readonly isUsed: boolean;
  readonly managementUnitIds: readonly string[];
}

/** What is in the warehouse, looked at as a worker would open it; makes nothing. @throws Failure `Blocked` when it cannot be opened. */
export async function lookAtWarehouse(warehouse: WarehouseConfig): Promise<WarehouseLook> {
  switch (warehouse.kind) {
    case 'duckdb': {
      const duckdb = await inspectWarehouse(warehouse.path);
      const managementUnitIds = duckdb.state === 'free' ? duckdb.managementUnitIds : [];
      return { duckdb, postgres: null, isUsed: duckdb.state !== 'missing', managementUnitIds };
    }
    case 'postgres': {
      const postgres = await inspectPostgres(warehouse);
      const { managementUnitIds, schemaVersion } = postgres;
      return { duckdb: null, postgres, isUsed: schemaVersion > 0, managementUnitIds };
    }
  }
}
