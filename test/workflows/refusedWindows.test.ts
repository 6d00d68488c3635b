import { afterEach, describe, expect, it } from '@jest/globals';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { runRosterline } from '../support/runRosterline.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
/** Eight days in two windows of four. In Singapore 5 March begins at 16:00 UTC of the day before. */
const EIGHT_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-12',
  windowDays: { adherence: 4 },
  maxParallelWindows: 1,
};
/** How often each range was asked of Genesys, by first and last instant. */
function rangesAsked(): string[] {
  return environment.simulator
    .counts()
    .jobs.requests.flatMap(({ body, jobs }) => {
      const { items } = body as { items: { startDate: string; endDate: string }[] };
      return items.map(({ startDate, endDate }) => `${startDate.slice(0, 10)} ${endDate.slice(0, 10)} ×${jobs.length}`);
    })
    .sort();
}

describe('a job that Genesys ends in Error', () => {
  it('is asked for once more, whole, and the export is complete', async () => {
    environment = await exportEnvironment(address, { name: 'one error' });
    environment.simulator.addFault({ kind: 'jobError', times: 1 });
    expect(await environment.run(EIGHT_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    expect(rangesAsked()).toEqual(['2024-03-03 2024-03-07 ×2', '2024-03-07 2024-03-11 ×1']);
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: await adherenceStates(environment, EIGHT_DAYS.from, EIGHT_DAYS.to),
    });
  });

  it('twice is taken as too large: that window alone is halved, and all days are loaded', async () => {
    environment = await exportEnvironment(address, { name: 'two errors' });
    environment.simulator.addFault({ kind: 'jobError', times: 2 });
    const result = await environment.run(EIGHT_DAYS);
    expect(result).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    expect(rangesAsked()).toEqual([
      '2024-03-03 2024-03-05 ×1',
      '2024-03-03 2024-03-07 ×2',
      '2024-03-05 2024-03-07 ×1',
      '2024-03-07 2024-03-11 ×1',
    ]);
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: await adherenceStates(environment, EIGHT_DAYS.from, EIGHT_DAYS.to),
    });
  });

  it('leaves one named gap where a single day is refused, and everything else is loaded', async () => {
    environment = await exportEnvironment(address, { name: 'a refused day' });
    const { simulator } = environment;
    // Every job that holds the 6th, whatever else it holds.
    for (const start of ['2024-03-03T16:00', '2024-03-05T16:00'])
      simulator.addFault({ kind: 'jobError', times: 2, match: `"startDate":"${start}` });
    simulator.addFault({ kind: 'jobError', times: 2, match: '"startDate":"2024-03-05T16:00' });
    const handle = await environment.start({ ...EIGHT_DAYS, to: '2024-03-08' });
    const result = await handle.result();
    const gap = {
      dataset: 'adherence',
      managementUnitId: simulator.units[0]?.id,
      from: '2024-03-06',
      to: '2024-03-07',
      reason: 'TooLarge',
      message: expect.stringContaining('Genesys ended the job in Error twice'),
    };
    expect(result).toMatchObject({ status: 'completeWithGaps', windows: 3, gaps: [gap] });
    const states = await adherenceStates(environment, '2024-03-04', '2024-03-08');
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: { ...states, '2024-03-06': 'failed TooLarge' },
    });

    // What the person sees who waited for it, and what a script does.
    const [unit = { id: '' }] = simulator.units;
    const ended = await runRosterline(['export', 'status', handle.workflowId], { TEMPORAL_ADDRESS: address });
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('complete with gaps: ');
    expect(ended.stdout).toMatch(
      new RegExp(`gap: adherence of ${unit.id}, 2024-03-06 to 2024-03-07: TooLarge: .*ended the job in Error twice`),
    );

    // The gap is all that the same export asks for the next time.
    expect(await environment.run({ ...EIGHT_DAYS, to: '2024-03-08' })).toMatchObject({
      status: 'complete',
      windows: 1,
    });
    expect(rangesAsked()).toContain('2024-03-05 2024-03-06 ×3');
  });
});

describe('a window that Genesys refuses', () => {
  it('is halved when the refusal names the interval', async () => {
    environment = await exportEnvironment(address, { name: 'interval refused' });
    const body = { code: 'bad.request', message: 'The interval exceeds the maximum that is allowed' };
    environment.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 400, body });
    expect(await environment.run(EIGHT_DAYS)).toMatchObject({ status: 'complete', windows: 4, gaps: [] });
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: await adherenceStates(environment, EIGHT_DAYS.from, EIGHT_DAYS.to),
    });
  });

  it('for another reason is a gap that quotes it, and the other window is loaded', async () => {
    environment = await exportEnvironment(address, { name: 'window refused' });
    const body = { code: 'wfm.not.enabled', message: 'This unit has no history here' };
    environment.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 400, body });
    const result = await environment.run(EIGHT_DAYS);
    expect(result).toMatchObject({
      status: 'completeWithGaps',
      windows: 2,
      gaps: [
        {
          from: '2024-03-04',
          to: '2024-03-08',
          reason: 'InvalidInput',
          message: expect.stringContaining('This unit has no history here'),
        },
      ],
    });
    const second = await adherenceStates(environment, '2024-03-08', EIGHT_DAYS.to);
    expect((await coverageStates(environment.warehouse))['adherence']).toMatchObject(second);
  });
});
