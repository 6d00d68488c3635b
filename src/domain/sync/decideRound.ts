import { contentHash } from '../contentHash.js';
import { agentsAt, type AgentsNow } from './agentsAt.js';
import { callsFor, type Healths } from './chooseTrunks.js';
import { decideRoute } from './decideRoute.js';
import { metadataRows } from './metadataRows.js';
import { policyHash } from './policyHash.js';
import type { Drift, RouteDecision, RoundDecision } from './roundDecision.js';
import type { PolicyCampaign, SyncPolicy } from './syncPolicy.js';
import type { SyncTruth } from './syncFacts.js';
import type { SyncMemory } from './syncMemory.js';
import { baseHealth } from './trunkHealth.js';

/** What a round is decided from: the same gives the same. */
export interface RoundQuestion {
  readonly policy: SyncPolicy;
  readonly truth: SyncTruth;
  readonly memory: SyncMemory;
  readonly nowMs: number;
}

/**
 * Decides a round: every route, row and campaign that the policy names, and why.
 *
 * A campaign whose site has no published schedule, or that Genesys does not have, is left as it is. The hash is of what would be
 * written (lists, roles, line counts and what holds a route), so that approval holds while that stays the same, whatever the clock
 * says meanwhile.
 */
export function decideRound(question: RoundQuestion): RoundDecision {
  const { policy, truth, nowMs } = question;
  const healths = healthsOf(question);
  const hash = policyHash(policy);
  const agentsOf = new Map(policy.sites.map((site) => [site.site, agentsAt(policy, site, truth, nowMs)]));
  const routes = policy.sites.flatMap((site) =>
    site.routes.map((route) =>
      decideRoute({ ...question, policyHash: hash, site, route, healths, agents: agentsFor(agentsOf, site.site) }),
    ),
  );
  const lengthMs = policy.intervalMinutes * 60_000;
  const fromMs = Math.floor(nowMs / lengthMs) * lengthMs;
  const from = new Date(fromMs).toISOString();
  const rows = policy.metadataTable === undefined ? [] : metadataRows(policy, routes, agentsOf, truth.rows, from);
  const campaigns = policy.sites.flatMap((site) => campaignsOf(site.campaigns, agentsFor(agentsOf, site.site), truth));
  return {
    from,
    to: new Date(fromMs + lengthMs).toISOString(),
    routes,
    rows,
    campaigns,
    drift: routes.flatMap((route) => driftOf(route, nowMs)),
    hash: contentHash({
      routes: routes.map(({ outboundRoute, trunkBases, held }) => ({ outboundRoute, trunkBases, held })),
      rows: rows.map(({ key, role }) => ({ key, role })),
      campaigns: campaigns.map(({ campaign, lineCount }) => ({ campaign, lineCount })),
    }),
  };
}

/** Health of each trunk base that the policy names or that one of its routes has. */
export function healthsOf({ policy, truth, memory, nowMs }: RoundQuestion): Healths {
  const named = policy.sites.flatMap((site) =>
    site.routes.flatMap((route) => route.trunks.map(({ trunkBase, carrier }) => [trunkBase, carrier] as const)),
  );
  const ours = new Set(policy.sites.flatMap((site) => site.routes.map(({ outboundRoute }) => outboundRoute)));
  const others = truth.routes
    .filter(({ id }) => ours.has(id))
    .flatMap(({ trunkBaseIds }) => trunkBaseIds.map((trunkBase) => [trunkBase, ''] as const));
  // The policy's come last: its carriers stand.
  const carriers = new Map([...others, ...named]);
  return new Map(
    [...carriers].map(([trunkBase, carrier]) => [
      trunkBase,
      baseHealth({
        trunkBase,
        carrier,
        trunks: truth.trunks,
        memory: memory.trunkBases[trunkBase],
        holdDownSeconds: policy.holdDownSeconds,
        nowMs,
      }),
    ]),
  );
}

function agentsFor(agentsOf: ReadonlyMap<string, AgentsNow>, site: string): AgentsNow {
  const agents = agentsOf.get(site);
  if (agents === undefined) throw new Error(`no agents were counted for site ${site}`);
  return agents;
}

function campaignsOf(
  campaigns: readonly PolicyCampaign[],
  { agents, schedule, isUnread }: AgentsNow,
  truth: SyncTruth,
): RoundDecision['campaigns'] {
  return campaigns.map(({ campaign, linesPerAgent }) => {
    const left = (why: string): RoundDecision['campaigns'][number] => ({ campaign, lineCount: null, why });
    if (truth.campaigns.every(({ id }) => id !== campaign))
      return left(`Genesys has no campaign ${campaign}: correct the policy`);
    if (isUnread)
      return left('The shifts of the published schedule could not be read yet: its lines are left as they are');
    if (schedule === null) return left('No published schedule covers this time: its lines are left as they are');
    const lineCount = callsFor(agents, linesPerAgent);
    return { campaign, lineCount, why: `${lineCount} lines: ${linesPerAgent} for each of ${agents} agents` };
  });
}

/** An adopted list is reported in the round that adopts it; any other for as long as it stands. */
function driftOf({ outboundRoute, handMade }: RouteDecision, nowMs: number): Drift[] {
  if (handMade === null || (handMade.adopted && Date.parse(handMade.since) !== nowMs)) return [];
  const { expected, trunkBases, version, since } = handMade;
  return [{ outboundRoute, expected, found: trunkBases, version, since }];
}
