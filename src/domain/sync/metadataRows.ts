import { contentHash } from '../contentHash.js';
import type { AgentsNow } from './agentsAt.js';
import type { RouteDecision } from './roundDecision.js';
import type { SyncPolicy } from './syncPolicy.js';
import { TRUNK_ROLES, type MetadataRow, type SyncTruth, type TrunkRole } from './syncFacts.js';

/**
 * The row of each trunk base that the policy names, in the policy's order.
 *
 * A trunk base of several routes has one: with its most active role, the calls of its routes summed, the agents of its sites
 * summed, and the first of its sites' schedules; while a schedule could not be read, what the row says of it stays. `effective_to` is until when the schedule asks for the same, so that a row need
 * not be written anew at each interval.
 */
export function metadataRows(
  policy: SyncPolicy,
  routes: readonly RouteDecision[],
  agentsOf: ReadonlyMap<string, AgentsNow>,
  known: SyncTruth['rows'],
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
    const wants = (sites.some(({ isUnread }) => isUnread) && wantsOf(known[key])) || {
      ...scheduleOf(sites),
      agents_available: sites.reduce((sum, { agents }) => sum + agents, 0),
      calls_wanted: parts.reduce((sum, { route }) => sum + route.callsWanted, 0),
    };
    const content = { key, carrier, ...wants, role: mostActive(parts.map(({ role }) => role)) };
    const effective_to = sites.map(({ until }) => until).sort()[0] ?? from;
    return { ...content, effective_from: from, effective_to, content_hash: rowHash(content) };
  });
}

/** SHA-256 of a row's content: without itself, and without `effective_from` and `effective_to`, which move while it stays the same. */
export function rowHash(row: Omit<MetadataRow, 'content_hash' | 'effective_from' | 'effective_to'>): string {
  const { key, carrier, schedule_id, schedule_version, agents_available, calls_wanted, role } = row;
  return contentHash({ key, carrier, schedule_id, schedule_version, agents_available, calls_wanted, role });
}

type Wants = Pick<MetadataRow, 'schedule_id' | 'schedule_version' | 'agents_available' | 'calls_wanted'>;

function wantsOf(row: MetadataRow | null | undefined): Wants | null {
  if (!row) return null;
  const { schedule_id, schedule_version, agents_available, calls_wanted } = row;
  return { schedule_id, schedule_version, agents_available, calls_wanted };
}

function scheduleOf(sites: readonly AgentsNow[]): Pick<Wants, 'schedule_id' | 'schedule_version'> {
  const schedule = sites.find((site) => site.schedule !== null)?.schedule;
  return { schedule_id: schedule?.id ?? '', schedule_version: schedule?.version ?? 0 };
}

function mostActive(roles: readonly TrunkRole[]): TrunkRole {
  return TRUNK_ROLES.find((role) => roles.includes(role)) ?? 'standby';
}
