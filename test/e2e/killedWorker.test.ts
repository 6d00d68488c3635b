import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const ORGANISATION: SimulatorOptions = {
  seed: 21,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
  ],
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.2, max: 1 },
};

const SLOW_BYTES_PER_SECOND = 20_000;

describe('a worker killed in the middle of a download', () => {
  let rig: ExportRig;
  beforeAll(async () => {
    rig = await startExportRig('mid-download', { ...ORGANISATION, downloadBytesPerSecond: SLOW_BYTES_PER_SECOND });
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  it(
    'leaves to the next one what has arrived: the rest is downloaded, and nothing twice',
    async () => {
      const worker = await rig.startWorker();
      const week = { datasets: ['adherence'], from: '2024-01-01', to: '2024-01-08', actuals: true };
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

describe('a worker that is asked to stop with several downloads under way', () => {
  /** The largest file takes longer than the grace, the smallest does not. */
  const RATE = 900;
  let rig: ExportRig;
  beforeAll(async () => {
    rig = await startExportRig('drained', ORGANISATION);
    rig.simulator.addFault({ kind: 'downloadRate', bytesPerSecond: RATE, times: null });
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  it(
    'ends within half a minute, and what it fetched is not fetched again by the one that takes over',
    async () => {
      const worker = await rig.startWorker();
      const days = { datasets: ['adherence'], from: '2024-01-01', to: '2024-01-08', actuals: true };
      const { result } = await rig.start(days, 'days');
      const under = () => rig.simulator.counts().downloads.objects;
      await eventually(
        'several downloads are under way',
        () => under().filter(({ bytesServed }) => bytesServed > 0).length >= 3,
      );
      const askedAtMs = performance.now();
      const stopped = worker.stop();
      // As in a deployment: the next one is there before the first has gone.
      await rig.startWorker();
      await stopped;
      const drainedMs = performance.now() - askedAtMs;
      const cutOff = under().filter(({ complete }) => complete === 0);
      rig.simulator.removeFaults();
      expect(await result).toMatchObject({ status: 'complete', gaps: [] });

      expect(drainedMs).toBeLessThan(30_000);
      const { downloads, jobs } = rig.simulator.counts();
      expect(downloads.objects.filter(({ complete }) => complete !== 1)).toEqual([]);
      expect(cutOff.length).toBeGreaterThan(0);
      // What was on its way when a download was cut off is all that came again.
      const again = downloads.bytesServed - downloads.objects.reduce((sum, { size }) => sum + size, 0);
      expect(again).toBeLessThanOrEqual(cutOff.length * RATE);
      expect(jobs.duplicates).toBe(0);
    },
    5 * MINUTES,
  );
});

/** Waits until more than half of an object has been served, and more than half a second of it is left; gives its name. */
async function untilHalfDownloaded(rig: ExportRig): Promise<string> {
  for (;;) {
    const { objects } = rig.simulator.counts().downloads;
    const partly = objects.find(
      ({ bytesServed, size }) => bytesServed > size / 2 && size - bytesServed > SLOW_BYTES_PER_SECOND / 2,
    );
    if (partly) return partly.object;
    // Too late: all of them are as good as served.
    if (objects.length === 4 && objects.every(({ complete }) => complete > 0))
      throw new Error('nothing was met under way');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function objectOf(rig: ExportRig, name: string) {
  const found = rig.simulator.counts().downloads.objects.find(({ object }) => object === name);
  if (!found) throw new Error(`nothing was served of ${name}`);
  return found;
}
