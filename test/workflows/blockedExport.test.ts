import { renameSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, type ExportHandle, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { currentDetails, refusals, standingStill, statusText } from '../support/standstill.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory, warehousePath } from '../support/testWorker.js';
import { holdWarehouse, readyHolder } from '../support/warehouseHolder.js';
import { eventsOf } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const FOUR_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-08',
  windowDays: { adherence: 1 },
  maxParallelWindows: 3,
};

/** Starts the four days' export and waits until three windows wait for their jobs. */
async function underWay(): Promise<{ handle: ExportHandle; release: () => void }> {
  const { simulator } = environment;
  const release = holdJobs(simulator, FOUR_DAYS.from, FOUR_DAYS.to);
  const handle = await environment.start(FOUR_DAYS);
  await eventually('jobs run', () => simulator.counts().jobs.total === 3);
  return { handle, release };
}

/** How often windows have told the export that they are blocked: what it answers goes by what it has heard. */
async function blockedSignals(handle: ExportHandle): Promise<number> {
  const events = await eventsOf(environment, handle.workflowId);
  const names = events.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName);
  return names.filter((name) => name === 'windowBlocked').length;
}

/** No window is lost, none is asked for twice, nothing is downloaded twice. */
async function expectWhole(handle: ExportHandle): Promise<void> {
  expect(await handle.result()).toMatchObject({ status: 'complete', windows: 4, gaps: [] });
  expect((await environment.progress(handle)).paused).toBeNull();
  const states = await adherenceStates(environment, FOUR_DAYS.from, FOUR_DAYS.to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  const { jobs, downloads } = environment.simulator.counts();
  expect(jobs).toMatchObject({ total: 4, duplicates: 0 });
  expect(downloads).toMatchObject({ complete: 8, fetchedTwice: 0 });
}

const PROBE_EVERY_MS = 1000;
/** Refusals of several tries in a row. */
const TRIES = 3;
/** Stretches of so many tries: in the first, windows that were on their way may still be refused once each. */
const STRETCHES = 4;

/** However many windows wait, one call is refused for each try of one of them (here a second apart, in production a minute). */
async function expectOneCallATry(): Promise<void> {
  const { simulator } = environment;
  const tookMs: number[] = [];
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    await afterRefusals(1);
    const startedMs = performance.now();
    await afterRefusals(TRIES);
    tookMs.push(performance.now() - startedMs);
    if ((tookMs.at(-1) ?? 0) > (TRIES - 0.5) * PROBE_EVERY_MS) return;
  }
  throw new Error(`${TRIES} calls were refused within ${tookMs.join(', ')} ms: more than one a try`);

  async function afterRefusals(count: number): Promise<void> {
    const before = refusals(simulator);
    await eventually('it is refused again', () => refusals(simulator) >= before + count);
  }
}

describe('an export that meets a cause which is not a window’s', () => {
  it('stands still while another process has the warehouse, names it, and goes on when that lets go', async () => {
    environment = await exportEnvironment(address, { name: 'a held warehouse' });
    const ready = await readyHolder(warehousePath(environment.directory));
    const { handle, release } = await underWay();
    const holder = await ready.hold();
    release();
    const shown = await standingStill(environment, handle, new RegExp(`held by process ${holder.pid}\\b`));
    expect(shown.windows).toMatchObject({ running: 3, failed: 0 });
    expect(shown.eta).toBeNull();
    const reason = `the warehouse ${warehousePath(environment.directory)} is held by process ${holder.pid} (${process.execPath}); close it there and this goes on. Nothing was changed`;
    expect(shown.paused?.reason).toBe(reason);
    expect(await statusText(address, handle)).toContain(`paused: ${reason}`);
    expect(await currentDetails(handle)).toContain(reason);
    // All three land meanwhile and wait; no other starts.
    const { downloads } = environment.simulator.counts();
    expect(downloads.complete).toBeLessThanOrEqual(2 * (shown.windows.done + 3));
    await eventually('all three have landed', () => {
      return environment.simulator.counts().downloads.complete === 2 * (shown.windows.done + 3);
    });
    expect((await environment.progress(handle)).windows).toEqual(shown.windows);
    expect(environment.simulator.counts().jobs.total).toBe(shown.windows.done + 3);
    await holder.letGo();
    await expectWhole(handle);
  });

  it('stands still before its first window as well, where the warehouse is held from the start', async () => {
    environment = await exportEnvironment(address, { name: 'held from the start' });
    await environment.warehouse.migrate();
    const holder = await holdWarehouse(warehousePath(environment.directory));
    const handle = await environment.start(FOUR_DAYS);
    const shown = await standingStill(environment, handle, new RegExp(`held by process ${holder.pid}\\b`));
    expect(shown.windows).toEqual({ total: 0, done: 0, running: 0, failed: 0 });
    await holder.letGo();
    await expectWhole(handle);
  });

  it('stands still when its secret is replaced midway and its token revoked, asks once a try, and goes on when it is taken', async () => {
    environment = await exportEnvironment(address, {
      name: 'a refused secret',
      probeEveryMs: PROBE_EVERY_MS,
    });
    const { simulator } = environment;
    const { handle, release } = await underWay();
    simulator.addFault({ kind: 'clientSecret', secret: 'another' });
    simulator.addFault({ kind: 'tokenRevoked' });
    release();
    const shown = await standingStill(environment, handle, /login service refused the OAuth client \(invalid_client\)/);
    expect(shown.windows).toMatchObject({ running: 3, failed: 0 });
    expect(shown.paused?.reason).toBe(
      'The login service refused the OAuth client (invalid_client). Nothing was lost. Put the right GENESYS_CLIENT_ID, ' +
        'GENESYS_CLIENT_SECRET and region where the worker reads them and restart it; the export goes on by itself.',
    );
    await expectOneCallATry();
    simulator.removeFaults('clientSecret');
    await expectWhole(handle);
  });

  it('stands still while its permission is withdrawn midway, names permission and scope, and asks once a try', async () => {
    environment = await exportEnvironment(address, {
      name: 'a withdrawn permission',
      probeEveryMs: PROBE_EVERY_MS,
    });
    const { simulator } = environment;
    const { handle, release } = await underWay();
    simulator.addFault({ kind: 'permissionWithdrawn', permission: 'wfm:historicalAdherence:view' });
    release();
    const { paused } = await standingStill(environment, handle, /wfm:historicalAdherence:view/);
    expect(paused?.reason).toMatch(/scope workforce-management:readonly or workforce-management too/);
    expect(paused?.reason).toMatch(/once that is granted, the work goes on by itself\.$/);
    await expectOneCallATry();
    simulator.removeFaults('permissionWithdrawn');
    await expectWhole(handle);
  });

  it('says the new cause when one is mended and another is behind it', async () => {
    environment = await exportEnvironment(address, { name: 'one behind the other' });
    const { simulator } = environment;
    simulator.addFault({ kind: 'permissionWithdrawn', permission: 'wfm:historicalAdherence:view' });
    const handle = await environment.start(FOUR_DAYS);
    await standingStill(environment, handle, /wfm:historicalAdherence:view/);
    simulator.addFault({ kind: 'clientSecret', secret: 'another' });
    simulator.addFault({ kind: 'tokenRevoked' });
    await standingStill(environment, handle, /login service refused the OAuth client/);
    simulator.removeFaults('clientSecret');
    await standingStill(environment, handle, /wfm:historicalAdherence:view/);
    simulator.removeFaults('permissionWithdrawn');
    await expectWhole(handle);
  });

  it('asks once a try before its first window too, however many units it reads; an operator’s word does not hide why', async () => {
    const units = [1, 2, 3, 4, 5].map((unit) => ({ name: `Unit ${unit}`, timeZone: 'Asia/Singapore', agents: 1 }));
    environment = await exportEnvironment(address, {
      name: 'many units',
      organisation: { units },
      probeEveryMs: PROBE_EVERY_MS,
    });
    const { simulator, progress } = environment;
    const body = { code: 'missing.permissions', message: 'missing permission' };
    const users = '/api/v2/workforcemanagement/managementunits/.*/users$';
    const fault = simulator.addFault({ kind: 'status', path: users, status: 403, body, times: null });
    const handle = await environment.start({ ...FOUR_DAYS, to: '2024-03-05', maxParallelWindows: 8 });
    const { paused, windows } = await standingStill(environment, handle, /wfm:agent:view/);
    expect(windows).toEqual({ total: 0, done: 0, running: 0, failed: 0 });
    await expectOneCallATry();
    await handle.executeUpdate('resume');
    expect((await progress(handle)).paused).toEqual(paused);
    await expectOneCallATry();
    simulator.removeFaults(fault);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 5, gaps: [] });
    expect((await progress(handle)).paused).toBeNull();
  });

  it('stands still while the directory of objects is gone, and goes on when it is back', async () => {
    environment = await exportEnvironment(address, { name: 'objects are gone' });
    const { handle, release } = await underWay();
    const objects = objectsDirectory(environment.directory);
    renameSync(objects, `${objects}.away`);
    release();
    const shown = await standingStill(environment, handle, /the directory is gone/);
    expect(shown.paused?.reason).toContain(objects);
    renameSync(`${objects}.away`, objects);
    await expectWhole(handle);
  });

  it('goes on as soon as an operator says so, before the next try', async () => {
    // Nobody waits for a try of its own.
    environment = await exportEnvironment(address, { name: 'told to go on', probeEveryMs: 600_000 });
    const { simulator, progress } = environment;
    const body = { code: 'missing.permissions', message: 'missing permission' };
    const path = '/api/v2/workforcemanagement/adherence';
    simulator.addFault({ kind: 'status', path, status: 403, body, times: null });
    const handle = await environment.start(FOUR_DAYS);
    await standingStill(environment, handle, /permission/);
    const refused = () => simulator.counts().calls[`POST ${BULK}`]?.['403'] ?? 0;
    await eventually('all three wait', async () => refused() === 4 && (await blockedSignals(handle)) === 3);
    // Too early: all but the one that tries are refused once more, and wait again.
    await handle.executeUpdate('resume');
    await eventually('two wait again', async () => refused() === 6 && (await blockedSignals(handle)) === 5);
    await standingStill(environment, handle, /permission/);
    simulator.removeFaults();
    await handle.executeUpdate('resume');
    expect((await progress(handle)).paused).toBeNull();
    // All but the one that tries, which waits for its next try.
    await eventually('three are done', async () => (await progress(handle)).windows.done === 3);
    expect(simulator.counts().jobs).toMatchObject({ total: 3, duplicates: 0 });
  });
});
