import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openFileStore } from '../../src/objects/fileStore.js';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { CAN_MOUNT, mountSmallDisk, type SmallDisk } from '../support/smallDisk.js';
import { currentDetails, standingStill, statusText } from '../support/standstill.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory, warehousePath } from '../support/testWorker.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
let disk: SmallDisk;
afterEach(async () => {
  disk.unmount();
  await environment.close();
});

const FOUR_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-08',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
};
const DISK_BYTES = 48 * 1024 * 1024;

async function expectNothingHalfLoaded(): Promise<void> {
  const states = (await coverageStates(environment.warehouse))['adherence'] ?? {};
  const whole = await adherenceStates(environment, FOUR_DAYS.from, FOUR_DAYS.to);
  for (const [day, state] of Object.entries(states)) expect(['pending', whole[day]]).toContain(state);
}

async function expectWhole(): Promise<void> {
  const states = await adherenceStates(environment, FOUR_DAYS.from, FOUR_DAYS.to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  const { jobs, downloads } = environment.simulator.counts();
  expect(jobs).toMatchObject({ total: 4, duplicates: 0 });
  expect(downloads).toMatchObject({ complete: 8, fetchedTwice: 0 });
}

const block = CAN_MOUNT ? describe : describe.skip;
block('a disk that is full (a real one, of 48 MB)', () => {
  it('under the objects: the export stands still, says which directory, and goes on once there is room', async () => {
    environment = await exportEnvironment(address, { name: 'objects on a full disk' });
    const objects = objectsDirectory(environment.directory);
    disk = mountSmallDisk(objects, DISK_BYTES);
    openFileStore({ directory: objects });
    const release = holdJobs(environment.simulator, FOUR_DAYS.from, FOUR_DAYS.to);
    const handle = await environment.start(FOUR_DAYS);
    await eventually('jobs run', () => environment.simulator.counts().jobs.total === 2);
    disk.fill();
    release();
    const { paused, windows } = await standingStill(environment, handle, /ENOSPC/);
    expect(windows.failed).toBe(0);
    expect(paused?.reason).toMatch(
      /^the disk is full: free some space \(ENOSPC while .* in .*objects\)\. .* kept; work goes on by itself once it is possible$/,
    );
    expect(await statusText(address, handle)).toContain('the disk is full: free some space');
    expect(await currentDetails(handle)).toContain(paused?.reason);
    disk.free();
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 4, gaps: [] });
    await expectWhole();
  });

  it('under the warehouse: nothing is half-loaded, and the loads go on once there is room', async () => {
    environment = await exportEnvironment(address, { name: 'a warehouse on a full disk' });
    const path = warehousePath(environment.directory);
    disk = mountSmallDisk(join(path, '..'), DISK_BYTES);
    const release = holdJobs(environment.simulator, FOUR_DAYS.from, FOUR_DAYS.to);
    const handle = await environment.start(FOUR_DAYS);
    await eventually('jobs run', () => environment.simulator.counts().jobs.total === 2);
    disk.fill();
    release();
    const { paused, windows } = await standingStill(environment, handle, /disk under the warehouse/);
    expect(windows.failed).toBe(0);
    expect(paused?.reason).toContain(`the disk under the warehouse ${path} is full (`);
    expect(paused?.reason).toContain('free some space and this goes on. Nothing was changed');
    disk.free();
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 4, gaps: [] });
    await expectNothingHalfLoaded();
    await expectWhole();
  });

  it('under the scratch files of a load: the same', async () => {
    environment = await exportEnvironment(address, { name: 'scratch on a full disk', organisation: { jobSeconds: 1 } });
    disk = mountSmallDisk(join(environment.directory, 'scratch'), 128 * 1024);
    const handle = await environment.start(FOUR_DAYS);
    disk.fill();
    const { paused } = await standingStill(environment, handle, /scratch/);
    expect(paused?.reason).toMatch(/ENOSPC/);
    expect(paused?.reason).toMatch(/what has landed is kept/i);
    expect(paused?.reason).toMatch(/free some space/);
    disk.free();
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 4, gaps: [] });
    await expectWhole();
  });
});
