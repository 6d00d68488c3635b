import { afterEach, describe, expect, it } from '@jest/globals';
import { WindowSeal } from '../../src/domain/seal.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { seededUuid } from '../../src/simulator/data/seededRandom.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, type ExportRequest, exportEnvironment } from '../support/exportEnvironment.js';
import { coverageStates, trueRows } from '../support/coverageStates.js';
import { textsIn } from '../support/historyTexts.js';
import { planOf } from '../support/planOf.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory } from '../support/testWorker.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const WEEK = { from: '2024-03-04', to: '2024-03-11' };
const DAY = { from: '2024-03-04', to: '2024-03-05' };
const SEED = 7;
const SEARCH = 'agentschedules/search';

async function exportSchedules(range: Pick<ExportRequest, 'from' | 'to'>) {
  return await environment.run({ datasets: ['schedules'], ...range });
}

/** Calls whose path has a text, by status. */
function calls(text: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [call, statuses] of Object.entries(environment.simulator.counts().calls))
    if (call.includes(text))
      for (const [status, count] of Object.entries(statuses)) sums[status] = (sums[status] ?? 0) + count;
  return sums;
}

/** How the warehouse differs from what was published. */
async function differences(range: { from: string; to: string }) {
  const expected = await trueRows(environment, range.from, range.to);
  return await Promise.all(
    (['schedule_shift', 'schedule_activity'] as const).map(async (table) =>
      rowDifferences(
        await environment.warehouse.query(`SELECT * EXCLUDE (window_id, landing_sha256, loaded_at) FROM ${table}`),
        expected[table],
      ),
    ),
  );
}

const NONE = [
  { missing: [], unexpected: [] },
  { missing: [], unexpected: [] },
];

describe('an export of schedules', () => {
  it('brings every shift of a week in the fewest calls, and seals which versions they are of', async () => {
    environment = await exportEnvironment(address, { name: 'published week' });
    const plan = await planOf(environment, { datasets: ['schedules'], ...WEEK });
    // Structure 4 and the weeks of the business unit; a search, and its week's list before and after it.
    expect(plan).toMatchObject({ windows: 1, calls: { minimum: 8, expected: 8 } });
    expect(await exportSchedules(WEEK)).toMatchObject({
      status: 'complete',
      windows: 1,
      calls: { made: 8, minimum: 8 },
      planned: { windows: 1, calls: { minimum: 8, expected: 8 } },
    });
    expect(await differences(WEEK)).toEqual(NONE);
    const [shift] = await environment.warehouse.query(
      'SELECT DISTINCT schedule_id AS id, schedule_version AS version FROM schedule_shift',
    );
    const [seal] = await sealsOfWindows();
    expect(seal?.settings).toEqual({ [`version of schedule ${String(shift?.['id'])}`]: shift?.['version'] });
    expect(seal?.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
    // The shifts, and the list that says their version.
    expect(seal?.landings).toHaveLength(2);
  });

  it('follows the URL where the answer is behind one, searches again where that has expired, and writes no URL down', async () => {
    environment = await exportEnvironment(address, { name: 'shifts by URL' });
    environment.simulator.addFault({ kind: 'searchByUrl', times: null });
    environment.simulator.addFault({ kind: 'expiredUrl' });
    const result = await exportSchedules(WEEK);
    expect(result).toMatchObject({ status: 'complete', windows: 1, calls: { made: 8 } });
    expect(await differences(WEEK)).toEqual(NONE);
    expect(calls(SEARCH)).toEqual({ '200': 2 });
    const windowId = `export/schedules/${environment.simulator.units[0]?.id}/${WEEK.from}_${WEEK.to}`;
    const history = textsIn(await environment.client.workflow.getHandle(windowId).fetchHistory());
    expect(history.join('\n')).toContain('Search the shifts');
    expect(history.join('\n')).not.toContain(environment.simulator.url);
  });

  it('asks once more where Genesys is still working on it, then for fewer days, and leaves nobody out', async () => {
    environment = await exportEnvironment(address, { name: 'shifts later' });
    environment.simulator.addFault({ kind: 'searchProcessing', times: 3 });
    expect(await exportSchedules(WEEK)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    expect(await differences(WEEK)).toEqual(NONE);
    // The week twice, then its halves, the first of them twice.
    expect(calls(SEARCH)).toEqual({ '200': 5 });
  });

  it('asks for fewer users where even one day is too much, and notes that it knew only those present', async () => {
    environment = await exportEnvironment(address, {
      name: 'shifts of few',
      organisation: { units: [{ name: 'Crowded Desk', timeZone: 'Asia/Singapore', agents: 8 }] },
    });
    environment.simulator.addFault({ kind: 'searchProcessing', aboveAgents: 2, times: null });
    expect(await exportSchedules(DAY)).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    expect(await differences(DAY)).toEqual(NONE);
    expect(await coverageStates(environment.warehouse)).toEqual({
      schedules: { '2024-03-04': 'loaded PresentUsersOnly' },
    });
  });

  it('is a gap where Genesys never answers, and the rest of the export goes on', async () => {
    environment = await exportEnvironment(address, { name: 'shifts never' });
    environment.simulator.addFault({ kind: 'searchProcessing', times: null });
    expect(await exportSchedules(DAY)).toMatchObject({
      status: 'completeWithGaps',
      gaps: [{ dataset: 'schedules', ...DAY, reason: 'TooLarge' }],
    });
  });

  it('searches again where the schedule was edited meanwhile, and loads what is of one version', async () => {
    environment = await exportEnvironment(address, { name: 'edited week', organisation: { seed: SEED } });
    const { simulator } = environment;
    const businessUnitId = seededUuid(SEED, 'business unit', 'Customer Care');
    simulator.addFault({ kind: 'throttle', path: '.*agentschedules/search', retryAfter: 2 });
    const handle = await environment.start({ datasets: ['schedules'], ...WEEK });
    await eventually('a search is refused', () => (calls(SEARCH)['429'] ?? 0) > 0);
    const before = simulator.telephony.schedules(businessUnitId, Date.parse('2024-03-05'));
    simulator.telephony.happen({ kind: 'schedules', businessUnitId, weekDate: '2024-03-04' });
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    expect(calls(SEARCH)['200']).toBe(2);
    const version = before.find(({ published }) => published)?.version ?? Number.NaN;
    expect(await environment.warehouse.query('SELECT DISTINCT schedule_version AS v FROM schedule_shift')).toEqual([
      { v: version + 1 },
    ]);
  });

  it('is a gap that says so where somebody keeps editing the schedule, and loads nothing of two versions', async () => {
    environment = await exportEnvironment(address, { name: 'restless week', organisation: { seed: SEED } });
    const businessUnitId = seededUuid(SEED, 'business unit', 'Customer Care');
    const edit = { kind: 'schedules', businessUnitId, weekDate: '2024-03-04' } as const;
    environment.simulator.telephony.run(
      Array.from({ length: 6000 }, (_, at) => ({ afterSeconds: at / 100, event: edit })),
    );
    expect(await exportSchedules(DAY)).toMatchObject({
      status: 'completeWithGaps',
      gaps: [{ reason: 'Conflict', message: expect.stringContaining('edited during each of 5 readings') as unknown }],
    });
    expect(calls(SEARCH)).toEqual({ '200': 5 });
    expect(await environment.warehouse.query('SELECT * FROM schedule_shift')).toEqual([]);
  });
});

async function sealsOfWindows() {
  const objects = openFileStore({ directory: objectsDirectory(environment.directory), readOnly: true });
  const paths = (await objects.list('seals')).filter((path) => path.startsWith('seals/export/schedules/'));
  return await Promise.all(
    paths.map(async (path) => WindowSeal.parse(JSON.parse(Buffer.from((await objects.read(path)) ?? []).toString()))),
  );
}
