import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeSnapshot } from '../../activities/takeSnapshot.js';
import { UnitFacts } from '../../activities/unitFacts.js';
import { SnapshotSeal } from '../../src/domain/sync/snapshotSeal.js';
import type { AvailabilityFact, ScheduleFact } from '../../src/domain/sync/syncFacts.js';
import { PolicySite } from '../../src/domain/sync/syncPolicy.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { ANY_LOOPBACK_PORT } from '../../src/genesys/genesysClientConfig.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { failureOf } from '../genesys/support/allOf.js';

/** A Wednesday noon in London; the clocks there go forward on the Sunday before the week that begins then. */
const NOON = '2026-03-25T12:00:00Z';
const SEARCHES = 'POST /api/v2/workforcemanagement/businessunits/{businessUnitId}/agentschedules/search';
const UNITS = [
  { name: 'Leeds', timeZone: 'Europe/London', agents: 12, startDayOfWeek: 'Sunday', businessUnit: 'Britain' },
  { name: 'York', timeZone: 'Europe/London', agents: 9, startDayOfWeek: 'Sunday', businessUnit: 'Britain' },
];

let directory: string;
let simulator: RunningSimulator;
let genesys: GenesysClient;
let objects: ObjectStore;
let units: UnitFacts;
let nowMs = 0;

beforeEach(() => start());
afterEach(() => stop());

async function start(options: Parameters<typeof startSimulator>[0] = {}): Promise<void> {
  nowMs = Date.parse(NOON);
  directory = mkdtempSync(join(tmpdir(), 'rosterline-snapshot-'));
  simulator = await startSimulator({ seed: 5, units: UNITS, turnover: false, now: () => nowMs, ...options });
  const { url, clientId, clientSecret } = simulator;
  genesys = createGenesysClient(
    { apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [ANY_LOOPBACK_PORT] },
    { now: () => nowMs, timeMs: () => performance.now() },
  );
  objects = openFileStore({ directory });
  units = new UnitFacts(() => nowMs);
}

async function stop(): Promise<void> {
  await genesys.close();
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
}

const businessUnitId = (): string => simulator.businessUnits[0]?.id ?? '';

function site(more: Partial<PolicySite> = {}): PolicySite {
  const routes = [
    { outboundRoute: 'route', callsPerAgent: 1, trunks: [{ trunkBase: 't', carrier: 'c', maxCalls: 9 }] },
  ];
  return PolicySite.parse({ site: 'site-1', businessUnit: businessUnitId(), routes, ...more });
}

/** The published schedule of the week that an instant falls into. */
async function scheduleAt(atMs = nowMs): Promise<ScheduleFact> {
  const { id } = simulator.telephony.schedules(businessUnitId(), atMs).find(({ published }) => published) ?? {};
  const found = (await genesys.publishedSchedules(businessUnitId())).value.find((schedule) => schedule.id === id);
  if (!found) throw new Error('no schedule is published');
  return found;
}

async function snapshot(schedule: ScheduleFact, sites = [site()], intervalMinutes = 30): Promise<AvailabilityFact[]> {
  const organisation = { id: simulator.organisationId, name: 'simulated' };
  const deps = { objects, organisation, now: () => new Date(nowMs) };
  const beat = { say: () => undefined, signal: new AbortController().signal };
  return await takeSnapshot({ deps, genesys, units, beat }, { syncId: 'sync', schedule, sites, intervalMinutes });
}

/** Agents on queue in each interval from the fact's first, by the simulator's own plan. */
function plannedFor(fact: AvailabilityFact | undefined, intervals: number, unitName?: string): number[] {
  const startMs = Date.parse(fact?.from ?? '');
  const lengthMs = (fact?.intervalMinutes ?? 0) * 60_000;
  const onQueue = simulator.telephony
    .shifts(businessUnitId(), startMs, startMs + intervals * lengthMs)
    .flatMap(({ shifts }) => shifts)
    .filter(({ unit }) => unitName === undefined || unit.name === unitName)
    .flatMap(({ userId, activities }) => activities.map((activity) => ({ userId, ...activity })))
    .filter(({ code }) => code.category === 'OnQueueWork');
  return Array.from({ length: intervals }, (_, n) => {
    const [fromMs, toMs] = [startMs + n * lengthMs, startMs + (n + 1) * lengthMs];
    const there = onQueue.filter(({ start, end }) => start * 1000 < toMs && end * 1000 > fromMs);
    return new Set(there.map(({ userId }) => userId)).size;
  });
}

function searches(): number {
  return Object.values(simulator.counts().calls[SEARCHES] ?? {}).reduce((sum, count) => sum + count, 0);
}

describe('a snapshot of a published schedule', () => {
  it('has the agents on queue of each half hour of the week, its first night shifts too', async () => {
    const schedule = await scheduleAt();
    const [fact] = await snapshot(schedule);
    expect(fact).toMatchObject({ scheduleId: schedule.id, scheduleVersion: schedule.version, siteId: 'site-1' });
    expect(fact?.from).toBe('2026-03-22T00:00:00.000Z');
    const agents = fact?.agents.slice(0, 336) ?? [];
    expect(Math.max(...agents)).toBeGreaterThan(5);
    expect(agents).toEqual(plannedFor(fact, 336));
  });

  it('has 167 hours for the week in which clocks go forward', async () => {
    nowMs = Date.parse('2026-03-31T12:00:00Z');
    const [fact] = await snapshot(await scheduleAt(), [site()], 60);
    expect(fact?.from).toBe('2026-03-29T00:00:00.000Z');
    expect(fact?.agents.slice(0, 167)).toEqual(plannedFor(fact, 167));
    expect(fact?.agents.length).toBeLessThan(167 + 24);
  });

  it('is the same wherever a search finds a shift: where it starts, or wherever it is', async () => {
    const overlapping = await snapshot(await scheduleAt());
    await stop();
    await start({ schedules: { found: 'starting' } });
    const starting = await snapshot(await scheduleAt());
    expect(starting[0]?.agents.slice(0, 336)).toEqual(overlapping[0]?.agents.slice(0, 336));
  });

  it('is the same by URL, and in parts where Genesys is still working on larger ones', async () => {
    const [inline] = await snapshot(await scheduleAt());
    simulator.addFault({ kind: 'searchByUrl', times: 1 });
    const [byUrl] = await snapshot(await scheduleAt());
    expect(byUrl?.agents).toEqual(inline?.agents);

    simulator.addFault({ kind: 'searchProcessing', aboveAgents: 6, times: null });
    const before = searches();
    const [inParts] = await snapshot(await scheduleAt());
    expect(inParts?.agents).toEqual(inline?.agents);
    expect(searches() - before).toBe(7);
    // What worked is remembered: no search that is known to be too large.
    await snapshot(await scheduleAt());
    expect(searches() - before).toBe(12);
  });

  it('fails and is tried again where Genesys does not answer even for one user', async () => {
    simulator.addFault({ kind: 'searchProcessing', times: null });
    expect(await failureOf(snapshot(await scheduleAt()))).toMatchObject({ name: 'Transient' });
  });

  it('counts for each site the units and activities that it goes by', async () => {
    const york = simulator.units.find(({ name }) => name === 'York')?.id ?? '';
    const codes = (await genesys.activityCodes(businessUnitId())).value;
    const meals = codes.filter(({ category }) => category === 'Meal').map(({ id }) => id);
    const facts = await snapshot(await scheduleAt(), [
      site(),
      site({ site: 'site-2', managementUnits: [york] }),
      site({ site: 'site-3', activityCodes: meals }),
      site({ site: 'site-4', activityCategories: ['meal'] }),
    ]);
    expect(facts.map(({ siteId }) => siteId)).toEqual(['site-1', 'site-2', 'site-3', 'site-4']);
    expect(searches()).toBe(1);
    const [, ofYork, atMeals, byCategory] = facts;
    expect(ofYork?.agents.slice(0, 336)).toEqual(plannedFor(ofYork, 336, 'York'));
    expect(atMeals?.agents).toEqual(byCategory?.agents);
    expect(atMeals?.agents).not.toEqual(facts[0]?.agents);
  });

  it('follows an edit, and no draft', async () => {
    const before = await scheduleAt();
    const at = (fact?: AvailabilityFact): number | undefined =>
      fact?.agents[Math.floor((nowMs - Date.parse(fact.from)) / 1_800_000)];
    const [first] = await snapshot(before);
    simulator.telephony.happen({ kind: 'schedules', businessUnitId: businessUnitId(), draft: true });
    expect((await scheduleAt()).version).toBe(before.version);
    simulator.telephony.happen({ kind: 'schedules', businessUnitId: businessUnitId(), removeAgents: 4 });
    const after = await scheduleAt();
    expect(after.version).toBeGreaterThan(before.version);
    const [second] = await snapshot(after);
    expect(second?.agents.slice(0, 336)).toEqual(plannedFor(second, 336));
    expect(at(second)).toBeLessThan(at(first) ?? 0);
    expect(second?.landing).not.toBe(first?.landing);
  });

  it('has zeros for a schedule without shifts, and nothing for a week that is over', async () => {
    const over = await scheduleAt(nowMs - 7 * 86_400_000);
    expect(await snapshot(over)).toEqual([]);
    expect(searches()).toBe(0);
    simulator.telephony.happen({ kind: 'schedules', businessUnitId: businessUnitId(), clear: true });
    simulator.telephony.happen({
      kind: 'schedules',
      businessUnitId: businessUnitId(),
      weekDate: '2026-03-15',
      clear: true,
    });
    const [fact] = await snapshot(await scheduleAt());
    expect(fact?.agents).toEqual(new Array(336).fill(0));
  });

  it('makes one call, once zone, codes and users are known, and reads those again after an hour', async () => {
    const york = simulator.units.find(({ name }) => name === 'York')?.id ?? '';
    const schedule = await scheduleAt();
    const made = async (): Promise<number> => {
      const before = simulator.counts().made;
      await snapshot(schedule, [site({ managementUnits: [york] })]);
      return simulator.counts().made - before;
    };
    expect([await made(), await made()]).toEqual([4, 1]);
    nowMs += 3_600_001;
    expect(await made()).toBe(4);
  });

  it('lands and seals what it was counted from, and binds the seal to the chain', async () => {
    const [fact] = await snapshot(await scheduleAt());
    const [path] = await objects.list('seals/snapshots');
    const bytes = (await objects.read(path ?? '')) ?? new Uint8Array();
    const seal = SnapshotSeal.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    expect(seal.sites[0]?.agents).toEqual(fact?.agents);
    expect(seal.landings.map(({ sha256 }) => sha256)).toEqual([fact?.landing]);
    expect(await objects.digest(`landings/${fact?.landing ?? ''}`)).toMatchObject({ sha256: fact?.landing });
    const [entry] = await objects.list('chain');
    const chained = JSON.parse(Buffer.from((await objects.read(entry ?? '')) ?? []).toString('utf8')) as object;
    expect(chained).toMatchObject({ kind: 'round', seals: [{ path }] });
  });
});
