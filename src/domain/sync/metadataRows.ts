import { contentHash } from '../contentHash.js';
import type { AgentsNow } from './agentsAt.js';
import type { RouteDecision } from './roundDecision.js';
import type { SyncPolicy } from './syncPolicy.js';
import { TRUNK_ROLES, type MetadataRow, type TrunkRole } from './syncFacts.js';

/**
 * The row of each trunk base that the policy names, in the policy's order.
 *
 * A trunk base of several routes has one: with its most active role, the calls of its routes summed, the agents of its sites
 * summed, and the first of its sites' schedules. `effective_to` is until when the schedule asks for the same, so that a row need
 * not be written anew at each interval.
 */
export function metadataRows(
  policy: SyncPolicy,
  routes: readonly RouteDecision[],
  agentsOf: ReadonlyMap<string, AgentsNow>,
  from: string,
): MetadataRow[] {
  const carriers = new Map(
    policy.sites.flatMap((site) =>
      site.routes.flatMap((route) => route.trunks.map(({ trunkBase, carrier }) => [trunkBase, carrier] as const)),
    ),
  );
  return [...carriers].map(([key, carrier]) => {
    const parts = routes.flatMap((route) =>
      route.trunks.filter(({ trunkBase }) => trunkBase === key).map(({ role }) => ({ route, role })),
    );
    const sites = [...new Set(parts.map(({ route }) => route.siteId))].flatMap((id) => agentsOf.get(id) ?? []);
    const schedule = sites.find((site) => site.schedule !== null)?.schedule;
    const content = {
      key,
      carrier,
      schedule_id: schedule?.id ?? '',
      schedule_version: schedule?.version ?? 0,
      agents_available: sites.reduce((sum, { agents }) => sum + agents, 0),
      calls_wanted: parts.reduce((sum, { route }) => sum + route.callsWanted, 0),
      role: mostActive(parts.map(({ role }) => role)),
    };
    const effective_to = sites.map(({ until }) => until).sort()[0] ?? from;
    return { ...content, effective_from: from, effective_to, content_hash: rowHash(content) };
  });
}

/** SHA-256 of a row's content: without itself, and without `effective_from` and `effective_to`, which move while it stays the same. */
export function rowHash(row: Omit<MetadataRow, 'content_hash' | 'effective_from' | 'effective_to'>): string {
  const { key, carrier, schedule_id, schedule_version, agents_available, calls_wanted, role } = row;
  return contentHash({ key, carrier, schedule_id, schedule_version, agents_available, calls_wanted, role });
}

function mostActive(roles: readonly TrunkRole[]): TrunkRole {
  return TRUNK_ROLES.find((role) => roles.includes(role)) ?? 'standby';
}
