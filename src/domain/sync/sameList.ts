import type { RouteFact } from './syncFacts.js';

/**
 * Whether two lists of trunk bases route the same way.
 *
 * Their order matters only where Genesys tries them in turn: a route whose distribution is `RANDOM` takes any.
 */
export function sameList(
  one: readonly string[],
  other: readonly string[],
  distribution: RouteFact['distribution'] = 'SEQUENTIAL',
): boolean {
  if (one.length !== other.length) return false;
  if (distribution === 'RANDOM') return one.every((trunkBase) => other.includes(trunkBase));
  return one.every((trunkBase, at) => trunkBase === other[at]);
}
