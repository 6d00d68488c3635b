import { afterEach, describe, expect, it } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { addDays } from '../../src/domain/calendar.js';
import { familyQueue } from '../../src/domain/taskQueues.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import type { LimitsTable } from '../../src/domain/budget/limitsTable.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { queueRate } from '../support/queueRate.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { type RecordingProxy, startRecordingProxy } from '../support/recordingProxy.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
let proxy: RecordingProxy;
afterEach(async () => {
  await environment.close();
  await proxy.close();
});

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const WINDOWS = 12;
/** Of an export that is still at it when another has ended, however slow the machine: two minutes at 30 a minute. */
const MANY_DAYS = 60;

/** An organisation whose calls are seen, and the keeper of its budget. */
async function watched(name: string): Promise<WorkflowHandle> {
  environment = await exportEnvironment(address, { name, organisation: { jobSeconds: 0.1 } });
  const { simulator, client } = environment;
  proxy = await startRecordingProxy(simulator.url);
  await environment.moveTo({ ...simulator, url: proxy.url });
  return client.workflow.getHandle(keeperIdOf(simulator.clientId));
}

async function setRate(keeper: WorkflowHandle, rate: string): Promise<void> {
  await keeper.executeUpdate('setLimit', { args: [{ family: 'wfm-jobs', rate }] });
  const { client, taskQueue } = environment;
  await eventually(
    'the queue has it',
    async () => (await queueRate(client.connection, 'default', familyQueue(taskQueue, 'wfm-jobs'))) !== null,
  );
}

const jobsMade = () => proxy.calls.filter(({ call }) => call === `POST ${BULK}`).map(({ arrivedMs }) => arrivedMs);
const windows = (to: string, lane: 'backfill' | 'failover') => {
  const aDay = { datasets: ['adherence' as const], from: '2024-03-04', windowDays: { adherence: 1 } };
  return { ...aDay, to, lane, maxParallelWindows: WINDOWS };
};

describe('a rate on the task queue of a family', () => {
  it('spaces the calls of all windows evenly', async () => {
    const keeper = await watched('an even rate');
    await setRate(keeper, '2/s');
    expect(await environment.run(windows('2024-03-16', 'backfill'))).toMatchObject({ windows: WINDOWS, gaps: [] });
    const times = jobsMade();
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    process.stdout.write(`${times.length} calls at 2/s took ${seconds.toFixed(1)} s\n`);
    expect(times).toHaveLength(WINDOWS);
    // After idling, up to two seconds' worth leave at once.
    expect(seconds).toBeGreaterThan((WINDOWS - 1) / 2 - 2);
    const { families } = await keeper.query<LimitsTable, [number]>('limits', Date.now());
    expect(families.find(({ family }) => family === 'wfm-jobs')).toMatchObject({
      set: { rate: '2/s' },
      pacedBy: 'queue',
    });
  });

  it('does not hold calls of the failover lane, which the rate pays for', async () => {
    const keeper = await watched('the urgent lane');
    await setRate(keeper, '30/min');
    const backfill = await environment.start(windows(addDays('2024-03-04', MANY_DAYS), 'backfill'));
    await eventually('the backfill has begun', () => jobsMade().length >= 1);
    const startedMs = Date.now();
    const urgent = await environment.start({
      ...windows('2024-03-02', 'failover'),
      from: '2024-03-01',
    });
    expect(await urgent.result()).toMatchObject({ status: 'complete', windows: 1 });
    process.stdout.write(`an urgent export beside a backfill took ${((Date.now() - startedMs) / 1000).toFixed(1)} s\n`);
    expect((await environment.progress(backfill)).windows.done).toBeLessThan(MANY_DAYS - 1);
    await backfill.terminate();
    await environment.worker.stop();
    // What the worker told as it stopped is in the keeper's history; the next worker reads it.
    await environment.moveTo({ ...environment.simulator, url: proxy.url });
    const rate = await eventually('the rate pays for it', async () => {
      const { families } = await keeper.query<BudgetView>('budget');
      const paid = families['wfm-jobs']?.ratePerSecond ?? 0.5;
      return paid < 0.5 && paid;
    });
    expect(rate).toBeGreaterThan(0.1);
  });
});
