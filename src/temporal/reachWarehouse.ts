import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../domain/failure.js';
import type { Logger } from '../telemetry/createLog.js';
import { isAway } from '../warehouse/postgres/postgresFailure.js';
import type { Warehouse } from '../warehouse/warehouse.js';

const REACH_AGAIN_MS = 5000;

/**
 * Brings the warehouse's schema up to date, waiting for a database server that is not up yet.
 *
 * @throws Failure `Blocked` when it answers and something has to be mended: a password, a right, a newer schema, a file that is held.
 */
export async function reachWarehouse(warehouse: Warehouse, log: Logger): Promise<void> {
  for (;;) {
    try {
      await warehouse.migrate();
      return;
    } catch (error) {
      if (!isFailure(error) || !isAway(error.cause)) throw error;
      log.warn({ waitSeconds: REACH_AGAIN_MS / 1000 }, `the warehouse is not to be reached yet: ${error.message}`);
      await sleep(REACH_AGAIN_MS);
    }
  }
}
