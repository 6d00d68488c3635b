import { Failure } from '../src/domain/failure.js';
import type { Warehouse } from '../src/warehouse/warehouse.js';
import type { ActivityDeps } from './deps.js';

/** The warehouse of this worker. @throws Failure `Blocked` in a worker that was started without it. */
export function ownedWarehouse(deps: ActivityDeps): Warehouse {
  if (deps.warehouse) return deps.warehouse;
  throw new Failure(
    'Blocked',
    'this worker does not own the warehouse; start one with rosterline worker, without --only api',
  );
}
