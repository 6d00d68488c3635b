import type { Config } from '../config/loadConfig.js';
import type { Logger } from '../telemetry/createLog.js';
import { startHealthServer } from '../telemetry/healthServer.js';
import { type HealthPart, WorkerHealth } from './workerHealth.js';

/**
 * Offers health and readiness of this process where the configuration says so, until it ends: so before anything else is waited for.
 *
 * @returns what the worker tells of itself to; null where no port is set.
 * @throws Failure `Blocked` when something else listens on the port.
 */
export async function offerHealth(
  { health: address }: Pick<Config, 'health'>,
  { ownsWarehouse }: { readonly ownsWarehouse: boolean },
  log: Logger,
): Promise<WorkerHealth | null> {
  if (address === null) return null;
  const needed: HealthPart[] = ['temporal', 'genesys', ...(ownsWarehouse ? ['warehouse' as const] : []), 'objects'];
  const health = new WorkerHealth(needed, log);
  await startHealthServer(address, health);
  return health;
}
