import { callsCarried, callsFor, chooseTrunks, isHealthy, lastGoodList, withoutUnhealthy } from './chooseTrunks.js';
import { handMadeList } from './handMade.js';
import { massFailure } from './massFailure.js';
import type { HandMade, RouteDecision, TrunkDecision } from './roundDecision.js';
import type { RouteQuestion } from './routeQuestion.js';
import { routeWords, trunkWords } from './routeWords.js';
import { sameList } from './sameList.js';
import type { PolicyRoute } from './syncPolicy.js';
import type { SyncMemory } from './syncMemory.js';
import type { RouteFact, TrunkRole } from './syncFacts.js';

/**
 * Decides one outbound route: how many calls are wanted, which trunk bases carry them, and why.
 *
 * `held` says why the route stays as it is. `massFailure`: `trunkBases` is what approval would write. Otherwise `trunkBases` is
 * what the route shall have; with `drift` that is the hand-made list without its unhealthy trunk bases.
 *
 * While a published schedule could not be read, nobody knows how many calls are wanted: the route keeps what it has, but for its
 * health, and what leaves is replaced by as many calls.
 */
export function decideRoute(question: RouteQuestion): RouteDecision {
  const { route, site, truth, memory, healths } = question;
  const fact = truth.routes.find(({ id }) => id === route.outboundRoute);
  const found = fact?.trunkBaseIds ?? [];
  const { agents, isUnread } = question.agents;
  const callsWanted = isUnread ? callsCarried(route, found) : callsFor(agents, route.callsPerAgent);
  const kept = isUnread ? withoutUnhealthy(route, healths, found, callsWanted) : [];
  const ideal = kept.length > 0 ? kept : chooseTrunks(route, healths, callsWanted);
  const handMade = fact ? standingHandMade(question, fact, ideal) : null;
  const failedAtOnce = massFailure(route, healths, memory);
  const { list, held } = settle(question, fact, ideal, handMade, failedAtOnce);
  const facts = {
    siteId: site.site,
    outboundRoute: route.outboundRoute,
    name: fact?.name ?? route.outboundRoute,
    agents,
    callsWanted,
    callsCarried: callsCarried(
      route,
      list.filter((trunkBase) => isHealthy(healths, trunkBase)),
    ),
    trunkBases: list,
    found,
    isUrgent: found.some((trunkBase) => !isHealthy(healths, trunkBase) && !list.includes(trunkBase)),
    held,
    failedAtOnce,
    handMade,
  };
  const trunks = trunkDecisions(question, facts);
  return { ...facts, trunks, why: routeWords(question, { ...facts, trunks }, fact) };
}

function standingHandMade(question: RouteQuestion, fact: RouteFact, decided: readonly string[]): HandMade | null {
  const before = question.memory.routes[fact.id];
  return handMadeList({
    fact,
    memory: before,
    // An adopted list stands while the decision does, and there is none while the agents are unknown.
    decided: question.agents.isUnread ? (before?.handMade?.decided ?? []) : decided,
    onDrift: question.policy.onDrift,
    policyHash: question.policyHash,
    nowMs: question.nowMs,
  });
}

function settle(
  { policy, route, site, truth, memory, healths }: RouteQuestion,
  fact: RouteFact | undefined,
  ideal: readonly string[],
  handMade: HandMade | null,
  failedAtOnce: readonly string[],
): { list: readonly string[]; held: RouteDecision['held'] } {
  const isManaged = truth.sites.some(({ id, managed }) => id === site.site && managed);
  if (fact === undefined) return { list: lastKnown(route, memory, ideal), held: 'missing' };
  if (isManaged) return { list: fact.trunkBaseIds, held: 'managedSite' };
  if (ideal.length === 0) {
    const list = lastGoodList(route, healths, fact.trunkBaseIds);
    const isAnother = !sameList(list, fact.trunkBaseIds, fact.distribution);
    return { list, held: isAnother && failedAtOnce.length > 0 ? 'massFailure' : 'nothingHealthy' };
  }
  const byHand =
    handMade && policy.onDrift !== 'restore' ? withoutUnhealthy(route, healths, handMade.trunkBases, 0) : [];
  const list = byHand.length > 0 ? byHand : ideal;
  if (failedAtOnce.length > 0) return { list, held: 'massFailure' };
  return { list, held: byHand.length > 0 ? 'drift' : null };
}

function lastKnown(route: PolicyRoute, memory: SyncMemory, ideal: readonly string[]): readonly string[] {
  const before = memory.routes[route.outboundRoute]?.trunkBases ?? [];
  return before.length > 0 ? before : ideal;
}

/** Those of the policy in its order, then those that the route has besides. */
function trunkDecisions(question: RouteQuestion, decided: Omit<RouteDecision, 'trunks' | 'why'>): TrunkDecision[] {
  const { route, healths } = question;
  const named = route.trunks.map(({ trunkBase, carrier }) => ({ trunkBase, carrier }));
  const others = decided.found.filter((trunkBase) => named.every((trunk) => trunk.trunkBase !== trunkBase));
  return [...named, ...others.map((trunkBase) => ({ trunkBase, carrier: '' }))].map(({ trunkBase, carrier }) => {
    const base = healths.get(trunkBase);
    if (base === undefined) throw new Error(`no health was worked out for trunk base ${trunkBase}`);
    return {
      trunkBase,
      name: base.name,
      carrier,
      health: base.health,
      since: base.since,
      role: roleOf(base.health, decided.trunkBases.includes(trunkBase), decided.held),
      why: trunkWords(question, decided, base),
    };
  });
}

function roleOf(health: TrunkDecision['health'], isListed: boolean, held: RouteDecision['held']): TrunkRole {
  if (health === 'healthy') return isListed ? 'primary' : 'standby';
  const serves = held === 'nothingHealthy' || held === 'massFailure';
  return health === 'holdDown' && isListed && serves ? 'primary' : 'failover';
}
