import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const JOBS = '/api/v2/workforcemanagement/adherence/historical/bulk/jobs/';
const READ_JOB = `GET ${JOBS}{jobId}`;
const TWO_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-06',
  windowDays: { adherence: 1 },
  maxParallelWindows: 1,
};

async function expectWhole(): Promise<void> {
  const states = await adherenceStates(environment, TWO_DAYS.from, TWO_DAYS.to);
  expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
}

describe('a finished job', () => {
  it('whose download URL has expired is read once more for a fresh one, and not asked for again', async () => {
    environment = await exportEnvironment(address, { name: 'an expired URL' });
    const { simulator } = environment;
    simulator.addFault({ kind: 'expiredUrl', times: 1 });
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    const { jobs, downloads, calls } = simulator.counts();
    expect(jobs).toMatchObject({ total: 2, duplicates: 0 });
    expect(downloads).toMatchObject({ complete: 4, fetchedTwice: 0, requests: 5 });
    expect(calls[READ_JOB]?.['200']).toBeGreaterThanOrEqual(3);
    await expectWhole();
  });

  it('that Genesys no longer knows is asked for anew, once', async () => {
    environment = await exportEnvironment(address, { name: 'a forgotten job' });
    const { simulator } = environment;
    const body = { code: 'job.not.found', message: 'Job was not found' };
    simulator.addFault({ kind: 'status', method: 'GET', path: JOBS, status: 404, body, times: 1 });
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    const { jobs, downloads } = simulator.counts();
    expect(jobs).toMatchObject({ total: 3, distinct: 2, max: 2 });
    expect(downloads).toMatchObject({ complete: 4, fetchedTwice: 0 });
    await expectWhole();
  });

  it('that is forgotten after its URL expired is asked for anew, and what had landed of it is not mixed in', async () => {
    environment = await exportEnvironment(address, { name: 'forgotten later' });
    const { simulator } = environment;
    const body = { code: 'job.not.found', message: 'Job was not found' };
    // The poll is answered; the reading for a fresh URL is not.
    simulator.addFault({ kind: 'expiredUrl', times: 1 });
    const poll = { kind: 'status', method: 'GET', path: JOBS, status: 404, body, times: 1 } as const;
    const handle = await environment.start({ ...TWO_DAYS, to: '2024-03-05' });
    while ((simulator.counts().calls[READ_JOB]?.['200'] ?? 0) === 0) await new Promise((soon) => setTimeout(soon, 1));
    simulator.addFault(poll);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    const { jobs, downloads } = simulator.counts();
    expect(downloads.fetchedTwice).toBe(0);
    expect(jobs).toMatchObject({ distinct: 1 });
    expect(jobs.total).toBeLessThanOrEqual(2);
    const states = await adherenceStates(environment, '2024-03-04', '2024-03-05');
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  });

  it('that is forgotten for ever ends as a gap after a few jobs, not in a loop', async () => {
    environment = await exportEnvironment(address, {
      name: 'always forgotten',
      organisation: { jobRetentionSeconds: 0.05 },
    });
    const result = await environment.run({ ...TWO_DAYS, to: '2024-03-05' });
    expect(result).toMatchObject({ status: 'completeWithGaps', gaps: [{ reason: 'Expired', from: '2024-03-04' }] });
    expect(result.gaps[0]?.message).toMatch(
      /^Genesys lost 6 jobs of this window, one after the other; start the export again to fill it\. The last: Genesys answered 404 .*job\.not\.found/,
    );
    expect(environment.simulator.counts().jobs.total).toBe(6);
  });
});
