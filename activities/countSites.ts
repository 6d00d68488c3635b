import { readScheduledActivities } from '../src/datasets/scheduledActivities.js';
import type { SealedLanding } from '../src/domain/seal.js';
import { agentsScheduled, type CountedAgents, type ScheduleTime } from '../src/domain/sync/agentsScheduled.js';
import type { PolicySite } from '../src/domain/sync/syncPolicy.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import type { KnownCodes, UnitFacts } from './unitFacts.js';

/** What a site counts where its policy does not say. Genesys's own name of the category. */
const DEFAULT_CATEGORIES = ['OnQueueWork'];

/** A site's agents, interval by interval, and what was counted. */
export interface CountedSite {
  readonly siteId: string;
  readonly counted: CountedAgents;
  readonly agents: readonly number[];
}

/** Sites of one business unit, the time to count, and the landed answers that have the shifts. */
export interface CountRequest {
  readonly businessUnitId: string;
  readonly sites: readonly PolicySite[];
  readonly time: ScheduleTime;
  readonly landings: readonly SealedLanding[];
}

/** Counts the agents of sites. A code that is not among those known is looked up, once: it may be new. */
export async function countSites(
  objects: Pick<ObjectStore, 'readLanding'>,
  genesys: GenesysClient,
  units: UnitFacts,
  request: CountRequest,
): Promise<CountedSite[]> {
  const byCategory = request.sites.some(({ activityCodes }) => activityCodes === undefined);
  if (!byCategory) return (await counted(objects, genesys, units, request, NO_CODES)).sites;
  const known = await units.activityCodes(genesys, request.businessUnitId);
  const first = await counted(objects, genesys, units, request, known);
  if (!first.metUnknown || known.isFresh) return first.sites;
  const anew = await units.activityCodes(genesys, request.businessUnitId, true);
  return (await counted(objects, genesys, units, request, anew)).sites;
}

const NO_CODES: KnownCodes = { categories: new Map(), isFresh: true };

async function counted(
  objects: Pick<ObjectStore, 'readLanding'>,
  genesys: GenesysClient,
  units: UnitFacts,
  { sites, time, landings }: CountRequest,
  { categories }: KnownCodes,
): Promise<{ sites: CountedSite[]; metUnknown: boolean }> {
  const counts = await Promise.all(
    sites.map(async (site) => {
      const { managementUnits } = site;
      const users = managementUnits ? await units.users(genesys, managementUnits) : null;
      const whom = { activityCodes: codesOf(site, categories), users };
      return { siteId: site.site, counted: whom, count: agentsScheduled(time, whom) };
    }),
  );
  let metUnknown = false;
  for (const { sha256, encoding } of landings) {
    await readScheduledActivities({ body: await objects.readLanding(sha256), sha256, encoding }, (activity) => {
      metUnknown ||= !categories.has(activity.activityCodeId);
      for (const { count } of counts) count.add(activity);
    });
  }
  return { sites: counts.map(({ count, ...site }) => ({ ...site, agents: count.agents() })), metUnknown };
}

function codesOf(
  { activityCodes, activityCategories = DEFAULT_CATEGORIES }: PolicySite,
  categories: KnownCodes['categories'],
): Set<string> {
  if (activityCodes) return new Set(activityCodes);
  const wanted = new Set(activityCategories.map((category) => category.toLowerCase()));
  return new Set([...categories].flatMap(([id, category]) => (wanted.has(category?.toLowerCase() ?? '') ? [id] : [])));
}
