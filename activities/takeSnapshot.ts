import { sealDocument } from '../src/custody/sealDocument.js';
import { addDays, startOfLocalDay } from '../src/domain/calendar.js';
import { contentHash } from '../src/domain/contentHash.js';
import type { ScheduleTime } from '../src/domain/sync/agentsScheduled.js';
import { SnapshotSeal } from '../src/domain/sync/snapshotSeal.js';
import type { AvailabilityFact, ScheduleFact } from '../src/domain/sync/syncFacts.js';
import type { PolicySite } from '../src/domain/sync/syncPolicy.js';
import { type CountedSite, countSites } from './countSites.js';
import type { ActivityDeps } from './deps.js';
import { recordArrived } from './recordArrived.js';
import { type AnsweredSearch, type SearchMeans, searchWeek } from './searchWeek.js';

/** What a round is to know of one published schedule: how many agents each site has, interval by interval. */
export interface SnapshotRequest {
  /** Workflow id of the sync. */
  readonly syncId: string;
  readonly schedule: ScheduleFact;
  /** Sites that go by this schedule's business unit. */
  readonly sites: readonly PolicySite[];
  readonly intervalMinutes: number;
}

/** What a snapshot is taken through. */
export interface SnapshotMeans extends SearchMeans {
  readonly deps: Pick<ActivityDeps, 'objects' | 'organisation' | 'now'>;
}

/**
 * Counts the agents of one published schedule for each site, from its shifts as they are now, which are landed and sealed.
 *
 * Weeks that are over are not asked for; a schedule that is over altogether has nobody.
 */
export async function takeSnapshot(means: SnapshotMeans, request: SnapshotRequest): Promise<AvailabilityFact[]> {
  const { deps, genesys, units } = means;
  const { schedule, sites, intervalMinutes } = request;
  const { businessUnitId } = schedule;
  const timeZone = await units.timeZone(genesys, businessUnitId);
  const weeks = weeksAhead(schedule, timeZone, deps.now().getTime());
  const [first, last] = [weeks[0], weeks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const spools = `sync/${contentHash([businessUnitId, schedule.id]).slice(0, 32)}`;
  const answers: AnsweredSearch[] = [];
  for (const { asked } of weeks) answers.push(...(await searchWeek(means, { businessUnitId, spools, ...asked })));
  const time = { fromMs: first.fromMs, toMs: last.toMs, intervalMinutes };
  const landings = answers.map(({ landing }) => landing);
  const counted = await countSites(deps.objects, genesys, units, { businessUnitId, sites, time, landings });
  await sealSnapshot(deps, request, { timeZone, time, answers, counted });
  await deps.objects.forgetSpools(spools);
  const landing = await oneLanding(deps, answers);
  return counted.map(({ siteId, agents }) => ({
    siteId,
    scheduleId: schedule.id,
    scheduleVersion: schedule.version,
    from: isoOf(time.fromMs),
    intervalMinutes,
    agents,
    landing,
  }));
}

interface Week {
  readonly fromMs: number;
  readonly toMs: number;
  readonly asked: { readonly fromMs: number; readonly toMs: number };
}

/**
 * Weeks of a schedule that are not over, in instants.
 *
 * The first is asked for with the day before it: a shift of that evening goes on into the week, and Genesys does not say whether a
 * search finds a shift where it starts or wherever it is.
 */
function weeksAhead({ weekDate, weekCount }: ScheduleFact, timeZone: string, nowMs: number): Week[] {
  const startMs = (days: number): number => Date.parse(startOfLocalDay(timeZone, addDays(weekDate, days)));
  return Array.from({ length: weekCount }, (_, week) => ({ day: week * 7, toMs: startMs(week * 7 + 7) }))
    .filter(({ toMs }) => toMs > nowMs)
    .map(({ day, toMs }, index) => {
      const fromMs = startMs(day);
      return { fromMs, toMs, asked: { fromMs: index === 0 ? startMs(day - 1) : fromMs, toMs } };
    });
}

async function sealSnapshot(
  deps: SnapshotMeans['deps'],
  { schedule, syncId, intervalMinutes }: SnapshotRequest,
  snapshot: {
    timeZone: string;
    time: ScheduleTime;
    answers: readonly AnsweredSearch[];
    counted: readonly CountedSite[];
  },
): Promise<void> {
  const { timeZone, time, answers, counted } = snapshot;
  const document = SnapshotSeal.parse({
    v: 1,
    kind: 'snapshot',
    organisationId: deps.organisation.id,
    syncId,
    businessUnitId: schedule.businessUnitId,
    scheduleId: schedule.id,
    scheduleVersion: schedule.version,
    timeZone,
    requests: answers.map(({ request }) => request),
    landings: answers.map(({ landing }) => landing),
    intervalMinutes,
    from: isoOf(time.fromMs),
    sites: counted.map(({ siteId, counted: { activityCodes, users }, agents }) => ({
      siteId,
      activityCodes: [...activityCodes].sort(),
      users: users && contentHash([...users].sort()),
      agents,
    })),
  });
  const path = `seals/snapshots/${schedule.weekDate}/${contentHash(document).slice(0, 32)}.json`;
  await sealDocument(deps.objects, { path, document, kind: 'round', at: deps.now().toISOString() });
  await recordArrived(deps, 'schedules');
}

/** One name for all that came: of several answers, that of a list of their hashes. */
async function oneLanding({ objects }: SnapshotMeans['deps'], answers: readonly AnsweredSearch[]): Promise<string> {
  const hashes = answers.map(({ landing }) => landing.sha256);
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  return (await objects.landBytes(Buffer.from(JSON.stringify(hashes)), 'identity')).sha256;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
