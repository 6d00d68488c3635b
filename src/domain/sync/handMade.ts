import type { HandMade } from './roundDecision.js';
import { sameList } from './sameList.js';
import type { SyncPolicy } from './syncPolicy.js';
import type { RouteMemory } from './syncMemory.js';
import type { RouteFact } from './syncFacts.js';

/**
 * The list that somebody made by hand and that stands on a route, or null.
 *
 * Drift is only where the sync, enabled under the same policy, had left the route as it wants it: what a new policy finds is its
 * starting point. It is over when the list is what the sync decides anyway, or when somebody set back what the sync had left; an
 * adopted list, when the sync decides otherwise than when it adopted it.
 */
export function handMadeList(question: {
  readonly fact: RouteFact;
  readonly memory: RouteMemory | undefined;
  readonly decided: readonly string[];
  readonly onDrift: SyncPolicy['onDrift'];
  readonly policyHash: string;
  readonly nowMs: number;
}): HandMade | null {
  const { fact, memory, decided, onDrift } = question;
  if (memory === undefined || memory.ownedBy !== question.policyHash) return null;
  const same = (one: readonly string[], other: readonly string[]): boolean => sameList(one, other, fact.distribution);
  const isOurs = [memory.trunkBases, ...memory.attempts].some((left) => same(left, fact.trunkBaseIds));
  const before = memory.handMade;
  if (isOurs) {
    if (before === null || same(before.trunkBases, decided)) return null;
    if (before.adopted && !same(before.decided, decided)) return null;
    return before;
  }
  const expected = before?.expected ?? memory.trunkBases;
  if (same(fact.trunkBaseIds, decided) || same(fact.trunkBaseIds, expected)) return null;
  return {
    trunkBases: fact.trunkBaseIds,
    expected,
    decided,
    version: fact.version,
    since: new Date(question.nowMs).toISOString(),
    adopted: onDrift === 'adopt',
  };
}
