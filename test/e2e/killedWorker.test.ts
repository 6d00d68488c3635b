import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { JobCount } from '../../src/simulator/control/jobLedger.js';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { type PlainRow, rowDifferences } from '../support/rowDifferences.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const MIB = 1024 * 1024;
const KILLS = 3;
/** How long after an answer left the worker may not have written it down: killed then, it asks again. */
const UNHEARD_MS = 250;

const ORGANISATION: SimulatorOptions = {
  seed: 21,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
  ],
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.2, max: 1 },
  downloadBytesPerSecond: 4_000_000,
};
const YEAR = { datasets: ['adherence', 'occupancy'], from: '2024-01-01', to: '2025-01-01' };
const TABLES = ['adherence_day', 'adherence_exception', 'occupancy_interval'];

describe('a one-year export whose worker is killed three times', () => {
  let calm: ExportRig;
  let killed: ExportRig;
  let calmMs: number;
  let killedMs: number;
  let result: HistoryExportResult;
  const killedAtMs: number[] = [];

  beforeAll(async () => {
    calm = await startExportRig('calm', ORGANISATION);
    const worker = await calm.startWorker();
    const startedAtMs = Date.now();
    await calm.export(YEAR, 'year');
    calmMs = Date.now() - startedAtMs;
    await worker.stop();

    killed = await startExportRig('killed', ORGANISATION);
    ({ result, ms: killedMs } = await exportThroughKills(killed, killInstants(calmMs), killedAtMs));
  }, 20 * MINUTES);
  afterAll(async () => {
    await calm.close();
    await killed.close();
  });

  it('ends complete', () => {
    const { status, gaps } = result;
    expect({ status, gaps, kills: killedAtMs.length }).toEqual({ status: 'complete', gaps: [], kills: KILLS });
    process.stdout.write(
      `killed ${KILLS} times: ${(killedMs / 1000).toFixed(1)} s instead of ${(calmMs / 1000).toFixed(1)} s: ${((killedMs - calmMs) / KILLS / 1000).toFixed(1)} s lost a kill\n`,
    );
  });

  it('downloads each object once, and no more than a mebibyte a kill again', () => {
    const { objects } = killed.simulator.counts().downloads;
    expect(objects).toHaveLength(calm.simulator.counts().downloads.objects.length);
    const inexcusable = objects.filter(({ completeAtMs }) =>
      completeAtMs.slice(0, -1).some((atMs) => !killedAtMs.some((kill) => atMs <= kill && kill <= atMs + UNHEARD_MS)),
    );
    expect(inexcusable).toEqual([]);
    expect(objects.filter(({ complete }) => complete === 0)).toEqual([]);
    expect(objects.filter(({ bytesServed, size }) => bytesServed > size + KILLS * MIB)).toEqual([]);
  });

  it('asks for no job twice, unless the kill fell between the request and 250 ms after its answer', () => {
    const inexcusable = killed.simulator
      .counts()
      .jobs.requests.flatMap(({ jobs }) => jobs.slice(0, -1))
      .filter((job) => !killedAtMs.some((kill) => isUnheard(job, kill)));
    expect(inexcusable).toEqual([]);
    expect(killed.simulator.counts().jobs.distinct).toBe(calm.simulator.counts().jobs.distinct);
  });

  it.each(TABLES)(
    'has the rows of an undisturbed export in %s, down to window and landing',
    async (table) => {
      const expected = await digests(calm, table);
      expect(expected.length).toBeGreaterThan(600);
      expect(rowDifferences(await digests(killed, table), expected)).toEqual({ missing: [], unexpected: [] });
    },
    2 * MINUTES,
  );

  it(
    'is verified',
    async () => {
      expect(await killed.verify(result.head)).toMatchObject({ ok: true, windows: result.windows, broken: [] });
    },
    2 * MINUTES,
  );
});

describe('a worker killed in the middle of a download', () => {
  const SLOW_BYTES_PER_SECOND = 20_000;
  let rig: ExportRig;
  beforeAll(async () => {
    rig = await startExportRig('mid-download', { ...ORGANISATION, downloadBytesPerSecond: SLOW_BYTES_PER_SECOND });
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  it(
    'leaves to the next one what has arrived: the rest is downloaded, and nothing twice',
    async () => {
      const worker = await rig.startWorker();
      const week = { ...YEAR, datasets: ['adherence'], to: '2024-01-08', actuals: true };
      const { result } = await rig.start(week, 'week');
      const partly = await untilHalfDownloaded(rig);
      await worker.kill();
      const servedBefore = objectOf(rig, partly).bytesServed;
      await rig.startWorker();
      expect(await result).toMatchObject({ status: 'complete', gaps: [] });
      const { complete, bytesServed, size } = objectOf(rig, partly);
      expect(complete).toBe(1);
      expect(servedBefore).toBeGreaterThan(size / 2);
      // What was on its way when the worker died, a second's worth at most, is all that comes again.
      expect(bytesServed - size).toBeLessThan(SLOW_BYTES_PER_SECOND);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: 2, duplicates: 0 });
    },
    5 * MINUTES,
  );
});

/** Waits until more than half of an object has been served, and not all of it; gives its name. */
async function untilHalfDownloaded(rig: ExportRig): Promise<string> {
  for (;;) {
    const { objects } = rig.simulator.counts().downloads;
    const partly = objects.find(({ bytesServed, size }) => bytesServed > size / 2 && bytesServed < size * 0.9);
    if (partly) return partly.object;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function objectOf(rig: ExportRig, name: string) {
  const found = rig.simulator.counts().downloads.objects.find(({ object }) => object === name);
  if (!found) throw new Error(`nothing was served of ${name}`);
  return found;
}

/** Instants drawn uniformly over a run of this length, in milliseconds from its start, ascending. */
function killInstants(runMs: number): number[] {
  const random = seededRandom('kills', 21);
  return Array.from({ length: KILLS }, () => random.next() * runMs).sort((one, other) => one - other);
}

async function exportThroughKills(
  rig: ExportRig,
  instants: readonly number[],
  killedAtMs: number[],
): Promise<{ result: HistoryExportResult; ms: number }> {
  let worker = await rig.startWorker();
  const startedAtMs = Date.now();
  const { result } = await rig.start(YEAR, 'year');
  for (const instant of instants) {
    await new Promise((resolve) => setTimeout(resolve, startedAtMs + instant - Date.now()));
    killedAtMs.push(Date.now());
    await worker.kill();
    worker = await rig.startWorker();
  }
  return { result: await result, ms: Date.now() - startedAtMs };
}

function isUnheard({ arrivedAtMs, respondedAtMs }: JobCount, killedAtMs: number): boolean {
  return arrivedAtMs <= killedAtMs && killedAtMs <= (respondedAtMs ?? Infinity) + UNHEARD_MS;
}

/** Number and digest of a table's rows, day by day, without the instants at which they were loaded. */
async function digests(rig: ExportRig, table: string): Promise<PlainRow[]> {
  return await rig.read((warehouse) =>
    warehouse.query(
      `SELECT management_unit_id, local_date, count(*) AS "rows", sum(hash(one))::TEXT AS digest
       FROM (SELECT * EXCLUDE (loaded_at) FROM ${table}) AS one GROUP BY management_unit_id, local_date`,
    ),
  );
}
