import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildCommand } from '../../src/cli/demo/childCommand.js';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import { familyQueue, warehouseQueue } from '../../src/domain/taskQueues.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { coverageOf, expectedCoverage, factRows, truth } from '../support/exportTruth.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { holdJobs } from '../support/holdJobs.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';
import { workByProcess } from '../support/workByProcess.js';

await temporalServer();

const MINUTES = 60_000;
const API_ONLY = ['--only', 'api'];
const ORGANISATION: SimulatorOptions = {
  seed: 8,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 5 },
    { name: 'London', timeZone: 'Europe/London', agents: 5 },
  ],
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.2, max: 0.6 },
  turnover: false,
};
const WEEKS = { from: '2024-01-01', to: '2024-02-19', managementUnits: ['Singapore', 'London'] };
const WINDOWS = 2 * 2 * 7;
const SAME = { missing: [], unexpected: [] };

let rig: ExportRig;
const owners: ChildCommand[] = [];
const sharers: ChildCommand[] = [];
beforeAll(async () => {
  rig = await startExportRig('api-worker', ORGANISATION);
}, 5 * MINUTES);
afterAll(async () => await rig.close(), MINUTES);

describe('a worker with --only api beside the owner of the warehouse', () => {
  it(
    'shares one export: it takes API work and no loads, and when either is killed the rest is brought, each window once',
    async () => {
      // The first one waits for its owner: nobody has worked with these objects yet.
      const early = rig.startWorker(API_ONLY);
      await eventually('it says that it waits', () =>
        log().includes('waiting for the process that owns the warehouse'),
      );
      owners.push(await rig.startWorker());
      sharers.push(await early);
      // A window of each unit and dataset a week; London's last occupancy waits for the adherence of Singapore, whose next week is held.
      const [thirdAndFourth, others] = [
        holdJobs(rig.simulator, '2024-01-15', '2024-01-29'),
        holdJobs(rig.simulator, '2024-01-29', WEEKS.to),
      ];
      const { result } = await rig.start(
        { datasets: ['adherence', 'occupancy'], actuals: true, maxParallelWindows: 4, ...WEEKS },
        'shared',
      );
      const handle = rig.client.workflow.getHandle('shared');
      const progress = async () => await handle.query<ExportProgress>('progress');
      const workDone = async () =>
        await workByProcess(rig.client, {
          api: familyQueue('rosterline', 'reads').replace('reads', ''),
          warehouse: warehouseQueue('rosterline'),
        });
      const untilHeld = async (done: number): Promise<unknown> =>
        await eventually(`${done} windows are done, and those under way are held`, async () => {
          const { windows } = await progress();
          return windows.done === done && windows.running === 4;
        });

      await untilHeld(7);
      // Now that the owner is seen to own it.
      sharers.push(await rig.startWorker(API_ONLY));
      // Killed while nothing but looks at held jobs is on its way. Then there is nobody else who could call, and nobody who could load.
      await owners[0]?.kill();
      thirdAndFourth();
      const busy = await eventually('a sharer has done some of it', async () => {
        const work = await workDone();
        return sharers.find(({ pid }) => (work.get(pid)?.api ?? 0) > 0);
      });
      owners.push(await rig.startWorker());
      await untilHeld(15);
      await busy.kill();
      others();
      expect(await result).toMatchObject({ status: 'complete', windows: WINDOWS, gaps: [] });

      const work = await workDone();
      for (const sharer of sharers) expect(work.get(sharer.pid)?.warehouse ?? 0).toBe(0);
      for (const owner of owners) expect(work.get(owner.pid)?.warehouse).toBeGreaterThan(0);

      const counts = rig.simulator.counts();
      expect(counts.jobs.duplicates).toBe(0);
      expect(counts.downloads.objects.filter(({ complete }) => complete !== 1)).toEqual([]);
      const whole = truth(rig.simulator, ORGANISATION, WEEKS);
      for (const table of ['adherence_day', 'occupancy_interval'] as const)
        expect(rowDifferences(await factRows(rig, table), whole[table])).toEqual(SAME);
      expect(rowDifferences(await coverageOf(rig), expectedCoverage(rig.simulator, whole, WEEKS))).toEqual(SAME);
      // A window loaded twice by its workflow would have two seals.
      const seals = await rig.read(
        async (warehouse) =>
          await warehouse.query('SELECT count(*)::INTEGER AS seals FROM custody_seal WHERE window_id IS NOT NULL'),
      );
      expect(seals).toEqual([{ seals: WINDOWS }]);
    },
    6 * MINUTES,
  );

  it('says what it does, where it lands, and who loads', () => {
    const loader = `${owners[0]?.pid ?? ''}@${hostname()}`;
    expect(log()).toContain(`API work alone, landed in ${rig.objects}; loads are left to ${loader};`);
  });

  it(
    'does not start where the owner would not read what it lands, and leaves nothing there',
    async () => {
      const elsewhere = mkdtempSync(join(tmpdir(), 'rosterline-elsewhere-'));
      try {
        const data = join(elsewhere, 'data');
        const ended = await runRosterline(['worker', ...API_ONLY, '--json'], {
          ...rig.environment,
          ROSTERLINE_DATA: data,
        });
        expect(ended.code).toBe(1);
        expect(ended.stderr).toContain(`The objects of this worker are in ${join(data, 'objects')}`);
        expect(existsSync(data)).toBe(false);
        expect(ended.stderr).toContain('Give both the same ROSTERLINE_DATA (or OBJECTS_URL)');
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    },
    2 * MINUTES,
  );

  it(
    'stops when an owner comes that reads elsewhere',
    async () => {
      const elsewhere = mkdtempSync(join(tmpdir(), 'rosterline-elsewhere-'));
      const otherQueue = { ROSTERLINE_TASK_QUEUE: 'moved' };
      try {
        const sharer = await rig.startWorker(API_ONLY, otherQueue);
        expect(log()).toContain('nobody owns the warehouse now, and loads wait for one who does');
        const owner = await rig.startWorker([], { ...otherQueue, ROSTERLINE_DATA: elsewhere });
        await sharer.ended;
        expect(log()).toContain(`and ${owner.pid}@${hostname()}, which owns the warehouse, reads others`);
        expect(log()).toContain('This worker has stopped.');
        await owner.stop();
      } finally {
        rmSync(elsewhere, { recursive: true, force: true });
      }
    },
    2 * MINUTES,
  );
});

function log(): string {
  return readFileSync(join(rig.directory, 'worker.log'), 'utf8');
}
