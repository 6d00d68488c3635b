import { isHealthy } from './chooseTrunks.js';
import type { RouteQuestion } from './decideRoute.js';
import type { RouteDecision, TrunkDecision } from './roundDecision.js';
import type { RouteFact } from './syncFacts.js';
import type { BaseHealth } from './trunkHealth.js';

type Decided = Omit<RouteDecision, 'trunks' | 'why'>;

/** Why a trunk base is on the route's list or not, for a telephony administrator: `SingTel 2 left: OPTIONS down since 14:02 UTC`. */
export function trunkWords(question: RouteQuestion, decided: Decided, base: BaseHealth, carrier: string): string {
  const wasThere = decided.found.includes(base.trunkBase);
  const isThere = decided.trunkBases.includes(base.trunkBase);
  const verb = isThere ? (wasThere ? 'stays' : 'joined') : wasThere ? 'left' : 'stays out';
  return `${base.name} ${verb}: ${reason(question, decided, base, carrier, isThere, wasThere)}`;
}

function reason(
  { route, nowMs, policy }: RouteQuestion,
  decided: Decided,
  base: BaseHealth,
  carrier: string,
  isThere: boolean,
  wasThere: boolean,
): string {
  const since = `since ${clock(base.since, nowMs)}`;
  if (base.health === 'unknown') return `${base.trouble} ${since}`;
  if (base.health === 'unhealthy')
    return `${base.trouble} ${since}${isThere ? ', and nothing healthy could take its place' : ''}`;
  if (base.health === 'holdDown') {
    const until = clock(new Date(Date.parse(base.since) + policy.holdDownSeconds * 1000).toISOString(), nowMs);
    return isThere ? `up again ${since}, and nothing is healthy` : `up again ${since}, waits until ${until}`;
  }
  if (isThere && decided.handMade && decided.held === 'drift') return 'healthy, and on the list that was made by hand';
  if (carrier === '') return isThere ? 'healthy, though the policy does not name it' : 'the policy does not name it';
  const own = route.trunks.find(({ trunkBase }) => trunkBase === base.trunkBase)?.maxCalls ?? 0;
  const low = base.lowConfidence ? ' (its connection alone says that it is up: it is sent no OPTIONS)' : '';
  if (!isThere)
    return `healthy, but not needed: ${decided.callsWanted} calls wanted, ${decided.callsCarried} carried${low}`;
  const without = decided.callsCarried - own;
  if (without >= decided.callsWanted) return `the minimum is ${route.minimumTrunks} trunks${low}`;
  return wasThere
    ? `carries ${own} of ${decided.callsWanted} calls wanted${low}`
    : `${decided.callsWanted} calls wanted, ${without} carried${low}`;
}

/** What was decided of a route and why, in a sentence or two. */
export function routeWords(
  question: RouteQuestion,
  decided: Decided & { readonly trunks: readonly TrunkDecision[] },
  fact: RouteFact | undefined,
): string {
  const changed = decided.trunks.filter(
    ({ trunkBase }) => decided.found.includes(trunkBase) !== decided.trunkBases.includes(trunkBase),
  );
  const moves = changed.map(({ why }) => why).join('; ');
  return [
    heldWords(question, decided),
    moves === '' ? unchanged(decided, fact) : moves,
    shortfall(question, decided),
    agentsWords(question),
  ]
    .filter((each) => each !== '')
    .join('. ');
}

function heldWords({ policy, route, nowMs }: RouteQuestion, decided: Decided): string {
  switch (decided.held) {
    case 'missing':
      return `Genesys has no route ${decided.outboundRoute} at this site: nothing is written. Correct the policy or make the route`;
    case 'managedSite':
      return 'Genesys manages this site, so its routes cannot be written by API';
    case 'nothingHealthy':
      return 'No trunk of this route is healthy: the last good list stays';
    case 'massFailure':
      return `${decided.failedAtOnce.length} of ${route.trunks.length} trunks failed in one round, which a telemetry outage looks like too: the route stays as it is until the round is approved. It would be`;
    case 'drift':
      return `Changed by hand since ${clock(decided.handMade?.since ?? '', nowMs)}: ${policy.onDrift === 'adopt' ? 'adopted until the decision changes' : 'reported and left'}`;
    default:
      return decided.handMade ? 'Changed by hand, and restored' : '';
  }
}

function unchanged(decided: Decided, fact: RouteFact | undefined): string {
  if (fact === undefined) return '';
  const isReordered = decided.found.some((trunkBase, at) => decided.trunkBases[at] !== trunkBase);
  if (isReordered && fact.distribution !== 'RANDOM') return 'The same trunks in another order';
  return `As it was: ${decided.callsWanted} calls wanted, ${decided.callsCarried} carried`;
}

function shortfall({ route, healths }: RouteQuestion, decided: Decided): string {
  const healthy = route.trunks.filter(({ trunkBase }) => isHealthy(healths, trunkBase)).length;
  if (healthy > 0 && healthy < route.minimumTrunks)
    return `Only ${healthy} healthy, ${route.minimumTrunks} is the minimum`;
  const isShort = decided.held === null && decided.callsCarried < decided.callsWanted;
  return isShort ? `All that is healthy carries ${decided.callsCarried} of ${decided.callsWanted} calls` : '';
}

function agentsWords({ agents }: RouteQuestion): string {
  if (agents.schedule === null) return 'No published schedule covers this time: 0 agents, the minimum of trunks';
  if (agents.agents === 0) return 'No agent is scheduled: the minimum of trunks';
  return agents.ahead ? `For the ${agents.agents} agents of the interval that comes` : '';
}

/** Time of day in UTC, with its date where that is not today's. */
function clock(instant: string, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const time = `${instant.slice(11, 16)} UTC`;
  return instant.startsWith(today) ? time : `${instant.slice(0, 10)} ${time}`;
}
