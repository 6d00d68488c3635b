import type { BaseHealth } from './trunkHealth.js';
import type { PolicyRoute } from './syncPolicy.js';

/** Health of each trunk base of the policy or of a route, by id. */
export type Healths = ReadonlyMap<string, BaseHealth>;

/**
 * The shortest list, in the policy's order of preference, of healthy trunk bases that carries the calls wanted: never shorter than
 * the minimum while enough are healthy. Empty when none is healthy.
 */
export function chooseTrunks(route: PolicyRoute, healths: Healths, callsWanted: number): string[] {
  const chosen: string[] = [];
  let carried = 0;
  for (const { trunkBase, maxCalls } of route.trunks) {
    if (chosen.length >= route.minimumTrunks && carried >= callsWanted) break;
    if (!isHealthy(healths, trunkBase)) continue;
    chosen.push(trunkBase);
    carried += maxCalls;
  }
  return chosen;
}

/**
 * What stands where no trunk base of the policy is healthy: the list as it is.
 *
 * Those of it that are healthy after all (somebody listed trunk bases that the policy does not name) stay alone. Where all of it is
 * down, trunk bases that are up and wait for their hold-down serve: calls that may get through are better than calls that cannot.
 * Where some of it is up and waiting, it stays whole, so that trunks that come and go in turns do not rewrite it each time.
 */
export function lastGoodList(route: PolicyRoute, healths: Healths, found: readonly string[]): readonly string[] {
  const healthy = found.filter((trunkBase) => isHealthy(healths, trunkBase));
  if (healthy.length > 0) return healthy;
  const waits = (trunkBase: string): boolean => healths.get(trunkBase)?.health === 'holdDown';
  if (found.some(waits)) return found;
  const waiting = route.trunks.map(({ trunkBase }) => trunkBase).filter(waits);
  return waiting.length > 0 ? waiting : found;
}

/**
 * A list without what is not healthy, its order kept. Where something had to leave, what the policy prefers joins at its end until
 * there are the minimum and, of trunk bases that the policy names, `callsWanted`. Empty when none of the list is healthy.
 */
export function withoutUnhealthy(
  route: PolicyRoute,
  healths: Healths,
  list: readonly string[],
  callsWanted: number,
): string[] {
  const left = list.filter((trunkBase) => isHealthy(healths, trunkBase));
  if (left.length === list.length || left.length === 0) return left;
  for (const { trunkBase } of route.trunks) {
    if (left.length >= route.minimumTrunks && callsCarried(route, left) >= callsWanted) break;
    if (isHealthy(healths, trunkBase) && !left.includes(trunkBase)) left.push(trunkBase);
  }
  return left;
}

/** Calls that a list carries: of its trunk bases that the policy names. */
export function callsCarried(route: PolicyRoute, list: readonly string[]): number {
  return route.trunks
    .filter(({ trunkBase }) => list.includes(trunkBase))
    .reduce((sum, { maxCalls }) => sum + maxCalls, 0);
}

/** Whether a trunk base may carry calls. */
export function isHealthy(healths: Healths, trunkBase: string): boolean {
  return healths.get(trunkBase)?.health === 'healthy';
}

/** `agents × each`, rounded up: but 10 × 1.1 is 11, which binary fractions make a little more of. */
export function callsFor(agents: number, each: number): number {
  return Math.ceil(agents * each - 1e-9);
}
