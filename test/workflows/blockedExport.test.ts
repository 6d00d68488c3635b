import { renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, type ExportHandle, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory, warehousePath } from '../support/testWorker.js';
import { holdWarehouse } from '../support/warehouseHolder.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const SIX_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-10',
  windowDays: { adherence: 1 },
  maxParallelWindows: 3,
};
/** Slow enough that something can happen while windows are under way. */
const SLOW_JOBS = { jobSeconds: 2 };

/** What progress shows while the export stands still for `reason`. */
async function standingStill(handle: ExportHandle, reason: RegExp): Promise<ExportProgress> {
  return await eventually(`paused: ${reason}`, async () => {
    const shown = await environment.progress(handle);
    return shown.paused !== null && reason.test(shown.paused.reason) && shown;
  });
}

/** No window is lost, none is asked for twice, nothing is downloaded twice. */
async function expectWhole(handle: ExportHandle): Promise<void> {
  expect(await handle.result()).toMatchObject({ status: 'complete', windows: 6, gaps: [] });
  expect((await environment.progress(handle)).paused).toBeNull();
  const states = await adherenceStates(environment, SIX_DAYS.from, SIX_DAYS.to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  const { jobs, downloads } = environment.simulator.counts();
  expect(jobs).toMatchObject({ total: 6, duplicates: 0 });
  expect(downloads).toMatchObject({ complete: 12, fetchedTwice: 0 });
}

describe('an export that meets a cause which is not a window’s', () => {
  it('stands still while another process has the warehouse, names it, and goes on when that lets go', async () => {
    environment = await exportEnvironment(address, { name: 'a held warehouse', organisation: SLOW_JOBS });
    const handle = await environment.start(SIX_DAYS);
    await eventually('jobs run', async () => (await environment.progress(handle)).windows.running === 3);
    const holder = await holdWarehouse(warehousePath(environment.directory));
    const shown = await standingStill(handle, new RegExp(`held by process ${holder.pid}\\b`));
    expect(shown.windows).toMatchObject({ running: 3, failed: 0 });
    expect(shown.eta).toBeNull();
    // All three have landed meanwhile and wait; no other starts.
    await sleep(3000);
    expect((await environment.progress(handle)).windows).toEqual(shown.windows);
    expect(environment.simulator.counts().jobs.total).toBe(shown.windows.done + 3);
    await holder.letGo();
    await expectWhole(handle);
  });

  it('stands still before its first window as well, where the warehouse is held from the start', async () => {
    environment = await exportEnvironment(address, { name: 'held from the start' });
    await environment.warehouse.migrate();
    const holder = await holdWarehouse(warehousePath(environment.directory));
    const handle = await environment.start(SIX_DAYS);
    const shown = await standingStill(handle, new RegExp(`held by process ${holder.pid}\\b`));
    expect(shown.windows).toEqual({ total: 0, done: 0, running: 0, failed: 0 });
    await holder.letGo();
    await expectWhole(handle);
  });

  it('stands still when Genesys refuses its secret midway, tries with one window only, and goes on when it is taken', async () => {
    environment = await exportEnvironment(address, { name: 'a refused secret', organisation: SLOW_JOBS });
    const { simulator, progress } = environment;
    const handle = await environment.start(SIX_DAYS);
    await eventually('jobs run', async () => (await progress(handle)).windows.running === 3);
    const refusal = { error: 'invalid_client', error_description: 'authentication failed' };
    simulator.addFault({ kind: 'status', path: '/api/v2', status: 401, times: 10_000 });
    simulator.addFault({ kind: 'status', path: '/oauth/token', status: 401, body: refusal, times: 10_000 });
    const shown = await standingStill(handle, /login service refused the OAuth client \(invalid_client\)/);
    expect(shown.windows).toMatchObject({ running: 3, failed: 0 });

    await sleep(2000);
    const before = simulator.counts().made;
    await sleep(4000);
    // A second between tries (in production a minute) of one window: three windows trying would be twelve.
    expect(simulator.counts().made - before).toBeLessThanOrEqual(5);
    await fetch(`${simulator.controlUrl}/faults`, { method: 'DELETE' });
    await expectWhole(handle);
  });

  it('stands still while its permission is withdrawn, and names permission and scope', async () => {
    environment = await exportEnvironment(address, { name: 'a withdrawn permission' });
    const { simulator } = environment;
    const body = { code: 'missing.permissions', message: 'Unable to perform the action: missing permission' };
    simulator.addFault({
      kind: 'status',
      path: '/api/v2/workforcemanagement/adherence',
      status: 403,
      body,
      times: 10_000,
    });
    const handle = await environment.start(SIX_DAYS);
    const { paused } = await standingStill(handle, /wfm:historicalAdherence:view/);
    expect(paused?.reason).toMatch(/scope workforce-management:readonly or workforce-management too/);
    await fetch(`${simulator.controlUrl}/faults`, { method: 'DELETE' });
    await expectWhole(handle);
  });

  it('stands still while the directory of objects is gone, and goes on when it is back', async () => {
    environment = await exportEnvironment(address, { name: 'objects are gone', organisation: SLOW_JOBS });
    const handle = await environment.start(SIX_DAYS);
    await eventually('jobs run', async () => (await environment.progress(handle)).windows.running === 3);
    const objects = objectsDirectory(environment.directory);
    renameSync(objects, `${objects}.away`);
    const shown = await standingStill(handle, /the directory is gone/);
    expect(shown.paused?.reason).toContain(objects);
    renameSync(`${objects}.away`, objects);
    await expectWhole(handle);
  });

  it('goes on as soon as an operator says so, before the next try', async () => {
    environment = await exportEnvironment(address, { name: 'told to go on', probeEveryMs: 20_000 });
    const { simulator, progress } = environment;
    const body = { code: 'missing.permissions', message: 'missing permission' };
    simulator.addFault({
      kind: 'status',
      path: '/api/v2/workforcemanagement/adherence',
      status: 403,
      body,
      times: 10_000,
    });
    const handle = await environment.start(SIX_DAYS);
    await standingStill(handle, /permission/);
    await eventually('all three wait', () => (simulator.counts().calls[`POST ${BULK}`]?.['403'] ?? 0) >= 4);
    await fetch(`${simulator.controlUrl}/faults`, { method: 'DELETE' });
    await handle.executeUpdate('resume');
    expect((await progress(handle)).paused).toBeNull();
    // All but the one that tries; it may have to wait for its next try.
    await eventually('five are done', async () => (await progress(handle)).windows.done >= 5, 15_000);
    await expectWhole(handle);
  });
});
