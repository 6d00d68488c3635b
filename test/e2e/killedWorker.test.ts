import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { DRAIN } from '../../src/temporal/drain.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { spanOf } from '../support/spanOf.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
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

const SLOW_BYTES_PER_SECOND = 10_000;
/** What the simulator counts late: pieces of a body that were handed to the network as the worker died. */
const LATE_BYTES = 2_000;

let rig: ExportRig;
beforeAll(async () => {
  rig = await startExportRig('killed-worker', ORGANISATION);
  teachJobTimes(rig.directory, ORGANISATION);
}, 5 * MINUTES);
afterAll(async () => await rig.close());

describe('a worker killed in the middle of a download', () => {
  it(
    'leaves to the next one what has arrived: the rest is downloaded, and nothing twice',
    async () => {
      rig.simulator.addFault({ kind: 'downloadRate', bytesPerSecond: SLOW_BYTES_PER_SECOND, times: null });
      const worker = await rig.startWorker();
      const week = { datasets: ['adherence'], from: '2024-01-01', to: '2024-01-08', actuals: true };
      const { result } = await rig.start(week, 'week');
      const partly = await eventually('more than half of a file has arrived, and seconds of it are left', () => {
        const { objects } = rig.simulator.counts().downloads;
        return objects.find(
          ({ object, bytesServed, size }) =>
            arrivedBytes(object) > size / 2 && size - bytesServed > SLOW_BYTES_PER_SECOND / 2,
        )?.object;
      });
      await worker.kill();
      const [arrived, servedBefore] = [arrivedBytes(partly), objectOf(partly).bytesServed];
      rig.simulator.removeFaults();
      const next = await rig.startWorker();
      expect(await result).toMatchObject({ status: 'complete', gaps: [] });
      const { complete, bytesServed, size } = objectOf(partly);
      expect(complete).toBe(1);
      // All that came then is what had not arrived.
      expect(bytesServed - servedBefore).toBeLessThanOrEqual(size - arrived + LATE_BYTES);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: 2, duplicates: 0 });
      await next.stop();
    },
    5 * MINUTES,
  );
});

describe('a worker that is asked to stop with several downloads under way', () => {
  /** The largest file takes four times the grace, so that it is cut off however late the stop comes; the smallest a third. */
  const RATE = 300;
  /** What may come again of each: what was on its way when it was cut off, and by no means what came during the grace. */
  const AGAIN_BYTES = (RATE * DRAIN.graceMs) / 1000 / 2;
  beforeAll(async () => {
    await fetch(`${rig.simulator.controlUrl}/reset`, { method: 'POST' });
    rig.simulator.addFault({ kind: 'downloadRate', bytesPerSecond: RATE, times: null });
  });

  it(
    'ends within half a minute, and what it fetched is not fetched again by the one that takes over',
    async () => {
      const worker = await rig.startWorker();
      const days = { datasets: ['adherence'], from: '2024-02-05', to: '2024-02-12', actuals: true };
      const { result } = await rig.start(days, 'days');
      const under = () => rig.simulator.counts().downloads.objects;
      await eventually(
        'several downloads are under way',
        () => under().filter(({ bytesServed }) => bytesServed > 0).length >= 3,
      );
      const stopped = spanOf(async () => {
        await worker.stop();
        return under().filter(({ complete }) => complete === 0);
      });
      // As in a deployment: the next one is there before the first has gone.
      await rig.startWorker();
      const { result: cutOff, tookMs, delayedMs } = await stopped;
      rig.simulator.removeFaults();
      expect(await result).toMatchObject({ status: 'complete', gaps: [] });

      expect(tookMs - delayedMs).toBeLessThan(30_000);
      const { downloads, jobs } = rig.simulator.counts();
      expect(downloads.objects.filter(({ complete }) => complete !== 1)).toEqual([]);
      expect(cutOff.length).toBeGreaterThan(0);
      const again = downloads.bytesServed - downloads.objects.reduce((sum, { size }) => sum + size, 0);
      expect(again).toBeLessThanOrEqual(cutOff.length * AGAIN_BYTES);
      expect(jobs.duplicates).toBe(0);
    },
    5 * MINUTES,
  );
});

/** What the simulator served of a file. */
function objectOf(name: string) {
  const found = rig.simulator.counts().downloads.objects.find(({ object }) => object === name);
  if (!found) throw new Error(`nothing was served of ${name}`);
  return found;
}

/** Bytes of a file that a worker has received so far. */
function arrivedBytes(object: string): number {
  return readdirSync(rig.directory, { recursive: true, withFileTypes: true })
    .filter(({ name, parentPath }) => name.startsWith('.body-') && parentPath.endsWith(object.replace('/', '-')))
    .map(({ name, parentPath }) => statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, bytes) => sum + bytes, 0);
}
