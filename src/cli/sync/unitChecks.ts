import { ACCESS_RIGHTS, neededText } from '../../domain/accessRights.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import type { ScheduleFact } from '../../domain/sync/syncFacts.js';
import type { PolicySite, SyncPolicy } from '../../domain/sync/syncPolicy.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { ManagementUnit } from '../../genesys/structureCalls.js';

const DAY_MS = 86_400_000;
/** What a site counts that says neither categories nor codes. */
const DEFAULT_CATEGORIES = ['OnQueueWork'];

/** Business units, their schedules, management units and activity codes. */
export async function checkUnits(
  list: Checklist,
  client: GenesysClient,
  policy: SyncPolicy,
  nowMs: number,
): Promise<void> {
  for (const businessUnit of new Set(policy.sites.map((site) => site.businessUnit))) {
    const sites = policy.sites.filter((site) => site.businessUnit === businessUnit);
    await list.look('business unit', neededText(ACCESS_RIGHTS.businessUnit), async () => {
      const { value } = await client.businessUnit(businessUnit);
      return { value, message: `${value.name}, ${value.timeZone}, weeks begin on ${value.startDayOfWeek}` };
    });
    await list.look('schedules', neededText(ACCESS_RIGHTS.publishedSchedules), async () =>
      schedulesNow((await client.publishedSchedules(businessUnit)).value, nowMs),
    );
    if (sites.some(({ managementUnits }) => managementUnits !== undefined))
      await list.look('management units', neededText(ACCESS_RIGHTS.managementUnits), async () =>
        unitsOf(sites, (await client.managementUnits()).value),
      );
    await list.look('activities', neededText(ACCESS_RIGHTS.activityCodes), async () =>
      activitiesOf(sites, (await client.activityCodes(businessUnit)).value),
    );
  }
}

function schedulesNow(schedules: readonly ScheduleFact[], nowMs: number): Found<true> {
  // A day of slack on both sides: which zone the week is of does not matter for a warning.
  const covers = ({ weekDate, weekCount }: ScheduleFact): boolean => {
    const startMs = Date.parse(weekDate);
    return startMs - DAY_MS <= nowMs && nowMs < startMs + (weekCount * 7 + 1) * DAY_MS;
  };
  const now = schedules.filter(covers).length;
  return now > 0
    ? { value: true, message: `${schedules.length} published, ${now} of this week` }
    : {
        value: true,
        message: `${schedules.length} published, none of this week: routes go down to their minimumTrunks until one is`,
        warning: true,
      };
}

function unitsOf(sites: readonly PolicySite[], all: readonly ManagementUnit[]): Found<true> {
  const wanted = sites.flatMap(({ managementUnits, businessUnit }) =>
    (managementUnits ?? []).map((id) => ({ id, businessUnit })),
  );
  const byId = new Map(all.map((unit) => [unit.id, unit]));
  const missing = wanted.filter(({ id }) => !byId.has(id)).map(({ id }) => id);
  if (missing.length > 0)
    throw new Error(`there is no management unit ${missing.join(', ')}, or this OAuth client may not see it`);
  const elsewhere = wanted.filter(({ id, businessUnit }) => byId.get(id)?.businessUnitId !== businessUnit);
  if (elsewhere.length > 0)
    throw new Error(
      `of another business unit: ${elsewhere.map(({ id }) => byId.get(id)?.name ?? id).join(', ')}; a site goes by one`,
    );
  return { value: true, message: wanted.map(({ id }) => byId.get(id)?.name ?? id).join(', ') };
}

function activitiesOf(
  sites: readonly PolicySite[],
  codes: readonly { readonly id: string; readonly name: string; readonly category: string | null }[],
): Found<true> {
  const byId = new Map(codes.map((code) => [code.id, code.name]));
  const wanted = sites.flatMap(({ activityCodes }) => activityCodes ?? []);
  const missing = wanted.filter((id) => !byId.has(id));
  if (missing.length > 0)
    throw new Error(
      `there is no activity code ${missing.join(', ')}; there are ${codes.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
    );
  const categories = sites.flatMap(({ activityCodes, activityCategories }) =>
    activityCodes ? [] : (activityCategories ?? DEFAULT_CATEGORIES),
  );
  const there = new Set(codes.map(({ category }) => category));
  const unknown = categories.filter((category) => !there.has(category));
  if (unknown.length > 0)
    throw new Error(
      `no activity code is of the category ${unknown.join(', ')}; there are ${[...there].filter(Boolean).join(', ')}`,
    );
  return { value: true, message: [...new Set([...wanted.map((id) => byId.get(id) ?? id), ...categories])].join(', ') };
}
