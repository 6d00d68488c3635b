import { isHealthy, type Healths } from './chooseTrunks.js';
import type { PolicyRoute } from './syncPolicy.js';
import type { SyncMemory } from './syncMemory.js';

/**
 * Trunk bases of a route that turned unhealthy in one round and are not healthy again, where they are more than half of those that
 * the policy names for it; empty otherwise: a telemetry outage looks like every carrier failing.
 *
 * Those of an earlier round stay in it until they are healthy or the round was approved (what forgets them is `remembered`). A
 * trunk base that was never seen counts as one that was healthy. Trunk bases that leave because fewer calls are wanted do not count.
 */
export function massFailure(route: PolicyRoute, healths: Healths, memory: SyncMemory): string[] {
  const earlier = memory.routes[route.outboundRoute]?.failedAtOnce ?? [];
  const failed = route.trunks
    .map(({ trunkBase }) => trunkBase)
    .filter((trunkBase) => !isHealthy(healths, trunkBase))
    .filter((trunkBase) => earlier.includes(trunkBase) || wasHealthy(memory, trunkBase));
  return failed.length * 2 > route.trunks.length ? failed : [];
}

function wasHealthy(memory: SyncMemory, trunkBase: string): boolean {
  const before = memory.trunkBases[trunkBase];
  return before === undefined || before.health === 'healthy';
}
