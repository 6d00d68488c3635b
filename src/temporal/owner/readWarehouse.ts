import { existsSync } from 'node:fs';
import type { WarehouseReader } from '../../warehouse/warehouseReader.js';
import { openExistingWarehouse, type WarehouseSettings } from '../openWarehouse.js';
import { askOwner, isUnanswered } from './askOwner.js';

/**
 * Reads the configured warehouse: of an embedded one the owner is asked, and where none answers the file is opened here.
 *
 * So commands that only look neither wait for a worker that loads all night, nor take the file away from it.
 *
 * @param use what it is opened for, where it is opened here.
 * @returns null where there is no warehouse yet.
 * @throws Failure `Blocked` while another program holds the file, or when a database server does not answer.
 */
export async function readWarehouse<Result>(
  config: WarehouseSettings,
  use: 'verify' | 'coverage',
  read: (reader: WarehouseReader) => Promise<Result>,
): Promise<Result | null> {
  if (config.warehouse.kind === 'duckdb' && existsSync(config.warehouse.path)) {
    try {
      return await read(askOwner(config.warehouse.path));
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
  }
  const warehouse = await openExistingWarehouse(config, use);
  if (warehouse === null) return null;
  try {
    return await read(warehouse);
  } finally {
    await warehouse.release();
  }
}
