import { isHealthy } from './chooseTrunks.js';
import type { RouteQuestion } from './routeQuestion.js';
import type { RouteDecision, TrunkDecision } from './roundDecision.js';
import type { RouteFact } from './syncFacts.js';
import type { BaseHealth } from './trunkHealth.js';

type Decided = Omit<RouteDecision, 'trunks' | 'why'>;

interface Moves {
  readonly isThere: boolean;
  readonly wasThere: boolean;
}

/** Why a trunk base is on the route's list or not, for a telephony administrator: `SingTel 2 left: OPTIONS down since 14:02 UTC`. */
export function trunkWords(question: RouteQuestion, decided: Decided, base: BaseHealth): string {
  const wasThere = decided.found.includes(base.trunkBase);
  const isThere = decided.trunkBases.includes(base.trunkBase);
  const verb = isThere ? (wasThere ? 'stays' : 'joined') : wasThere ? 'left' : 'stays out';
  return `${base.name} ${verb}: ${reason(question, decided, base, { isThere, wasThere })}`;
}

function reason(question: RouteQuestion, decided: Decided, base: BaseHealth, moves: Moves): string {
  const { nowMs, policy } = question;
  const since = `since ${clock(base.since, nowMs)}`;
  switch (base.health) {
    case 'unknown':
    case 'unhealthy':
      return `${base.trouble} ${since}${moves.isThere ? staysDown(decided) : ''}`;
    case 'holdDown': {
      const until = new Date(Date.parse(base.since) + policy.holdDownSeconds * 1000).toISOString();
      return `up again ${since}, ${moves.isThere ? 'and nothing is healthy for longer' : `waits until ${clock(until, nowMs)}`}`;
    }
    case 'healthy':
      return `${whyHealthy(question, decided, base, moves)}${base.lowConfidence ? LOW_CONFIDENCE : ''}`;
  }
}

const LOW_CONFIDENCE = ' (its connection alone says that it is up: OPTIONS are off)';

function staysDown({ held }: Decided): string {
  return held === 'nothingHealthy' ? ', and nothing healthy could take its place' : '';
}

function whyHealthy(
  { route }: RouteQuestion,
  decided: Decided,
  base: BaseHealth,
  { isThere, wasThere }: Moves,
): string {
  const { callsWanted, callsCarried } = decided;
  const at = route.trunks.findIndex(({ trunkBase }) => trunkBase === base.trunkBase);
  const own = route.trunks[at];
  if (isThere && decided.held === 'drift') return 'healthy, and on the list that was made by hand';
  if (own === undefined) return isThere ? 'healthy, though the policy does not name it' : 'the policy does not name it';
  if (!isThere) return `healthy, but not needed: ${callsWanted} calls wanted, ${callsCarried} carried`;
  const preferred = route.trunks.slice(0, at).filter(({ trunkBase }) => decided.trunkBases.includes(trunkBase));
  const before = preferred.reduce((sum, { maxCalls }) => sum + maxCalls, 0);
  if (before >= callsWanted) return `the minimum is ${counted(route.minimumTrunks, 'trunk')}`;
  return wasThere
    ? `carries ${own.maxCalls} of ${callsWanted} calls wanted`
    : `${callsWanted} calls wanted, ${before} carried`;
}

/** What was decided of a route and why, in a sentence or two. */
export function routeWords(
  question: RouteQuestion,
  decided: Decided & { readonly trunks: readonly TrunkDecision[] },
  fact: RouteFact | undefined,
): string {
  const parts = [heldWords(question, decided)];
  if (fact !== undefined) {
    const changed = decided.trunks.filter(
      ({ trunkBase }) => decided.found.includes(trunkBase) !== decided.trunkBases.includes(trunkBase),
    );
    const moves = movesWords(changed);
    parts.push(moves === '' ? unchanged(decided, fact) : `${decided.held === 'massFailure' ? 'Then: ' : ''}${moves}`);
    parts.push(shortfall(question, decided), agentsWords(question));
    if (!fact.enabled) parts.push('The route is switched off in Genesys');
  }
  return parts.filter((each) => each !== '').join('. ');
}

/** What moved and why: those of one reason together, `StarHub 1, StarHub 2 left: healthy, but not needed`. */
function movesWords(changed: readonly TrunkDecision[]): string {
  const names = new Map<string, string[]>();
  for (const { name, why } of changed) {
    const reason = why.slice(name.length + 1);
    names.set(reason, [...(names.get(reason) ?? []), name]);
  }
  return [...names].map(([why, of]) => `${of.join(', ')} ${why}`).join('; ');
}

function heldWords({ policy, route, nowMs }: RouteQuestion, decided: Decided): string {
  switch (decided.held) {
    case 'missing':
      return `Genesys has no route ${decided.outboundRoute} at this site: nothing is written. Correct the policy, or make the route`;
    case 'managedSite':
      return 'Genesys manages this site, so its routes cannot be written by API: nothing is written';
    case 'nothingHealthy':
      return 'No trunk that the policy names is healthy: the last good list stays';
    case 'massFailure':
      return `${decided.failedAtOnce.length} of ${route.trunks.length} trunks failed in one round, which a telemetry outage looks like too: the route stays as it is until the round is approved`;
    case 'drift':
      return `Changed by hand, seen at ${clock(decided.handMade?.since ?? '', nowMs)}: ${policy.onDrift === 'adopt' ? 'adopted until the decision changes' : 'reported and left'}`;
    case null:
      return decided.handMade ? `Changed by hand, seen at ${clock(decided.handMade.since, nowMs)}: restored` : '';
  }
}

function unchanged(decided: Decided, fact: RouteFact): string {
  const isReordered = decided.found.some((trunkBase, at) => decided.trunkBases[at] !== trunkBase);
  if (isReordered && fact.distribution !== 'RANDOM') return 'The same trunks in another order';
  return `As it was: ${decided.callsWanted} calls wanted, ${decided.callsCarried} carried`;
}

function shortfall({ route, healths }: RouteQuestion, decided: Decided): string {
  const isShort = decided.callsCarried < decided.callsWanted;
  const carries = `carries ${decided.callsCarried} of ${decided.callsWanted} calls wanted`;
  if (decided.held === 'drift') return isShort ? `That list ${carries}` : '';
  if (decided.held !== null && decided.held !== 'massFailure') return '';
  const healthy = route.trunks.filter(({ trunkBase }) => isHealthy(healths, trunkBase)).length;
  if (healthy > 0 && healthy < route.minimumTrunks)
    return `Only ${counted(healthy, 'trunk')} healthy: the minimum is ${route.minimumTrunks}`;
  return isShort && healthy > 0 ? `All that is healthy ${carries}` : '';
}

function agentsWords({ agents }: RouteQuestion): string {
  if (agents.isUnread)
    return 'The shifts of the published schedule could not be read yet: the route keeps its trunks, but for their health';
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

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
