import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const JOBS = '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/';
const SIX_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-10',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
};

/** Replaces the OAuth client while two jobs of the first one are being computed, and others are loaded. */
async function replaceTheClientMidway(): Promise<void> {
  const { simulator, progress } = environment;
  const letGo = holdJobs(simulator, '2024-03-06', SIX_DAYS.to);
  const handle = await environment.start(SIX_DAYS);
  await eventually('two days are loaded', async () => (await progress(handle)).windows.done === 2);
  await eventually('two jobs run', () => simulator.counts().jobs.total === 4);
  await environment.moveTo({ ...simulator, ...simulator.otherClient });
  letGo();
  expect(await handle.result()).toMatchObject({ status: 'complete', windows: 6, gaps: [] });
}

async function expectWhole(): Promise<void> {
  const states = await adherenceStates(environment, SIX_DAYS.from, SIX_DAYS.to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
}

describe('an OAuth client that is replaced midway', () => {
  it('cannot read the jobs of the one before: they are created anew, and nothing that landed is fetched again', async () => {
    environment = await exportEnvironment(address, { name: 'another client' });
    await replaceTheClientMidway();
    await expectWhole();
    const { jobs, downloads, calls } = environment.simulator.counts();
    // Only the jobs that were under way are asked for a second time.
    expect(jobs).toMatchObject({ total: 8, distinct: 6, max: 2 });
    expect(calls[`GET ${JOBS}{jobId}`]?.['404']).toBe(2);
    expect(downloads).toMatchObject({ complete: 12, fetchedTwice: 0 });
  });
});
