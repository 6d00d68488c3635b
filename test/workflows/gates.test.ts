import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { familyQueue, warehouseQueue } from '../../src/domain/taskQueues.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { inTime, MomentPassed } from '../support/inTime.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { pendingAttempts } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

describe('a 429 with Retry-After on the creation of a job', () => {
  it('keeps every job-creating call back until the instant it named, and those that wait hold no slot', async () => {
    await inTime([14, 90], async (seconds) => {
      environment = await exportEnvironment(address, { name: `a closed gate ${seconds}` });
      try {
        await keepsBack(seconds);
      } finally {
        await environment.close();
      }
    });
  });
});

/** How a gate that is closed for so long keeps ten windows back. */
async function keepsBack(seconds: number): Promise<void> {
  const { simulator, progress, taskQueue, worker } = environment;
  simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: seconds });
  // One call meets the refusal, so that none is on its way beside it; then come ten windows.
  const first = await environment.start({ datasets: ['adherence'], from: '2024-03-01', to: '2024-03-02' });
  const gate = await eventually('the gate shows', async () => {
    const { windows, gates } = await progress(first);
    if (windows.done > 0) throw new MomentPassed('the gate had opened before it was looked at');
    return gates[0];
  });
  expect(gate).toEqual({ family: 'wfm-jobs', until: expect.any(String), why: expect.stringContaining('429') });
  const handle = await environment.start({
    datasets: ['adherence'],
    from: '2024-03-04',
    to: '2024-03-14',
    windowDays: { adherence: 1 },
    maxParallelWindows: 10,
  });
  const untilMs = Date.parse(gate.until);
  const stillClosed = (): boolean => {
    if (Date.now() > untilMs) throw new MomentPassed('the gate opened before every window waited');
    return true;
  };
  await eventually(
    'its progress shows it too',
    async () => (await progress(handle)).gates.length === 1 || !stillClosed(),
  );
  const waiting = await eventually('every window waits', async () => {
    const attempts = await pendingAttempts(environment, { from: '2024-03-04', days: 10 });
    return attempts.length === 10 && attempts.some(({ failure }) => failure !== null) ? attempts : !stillClosed() && [];
  });
  // Some wait for the instant, the others for a turn: while nobody knows whether it opens then, the queue hands out few.
  const told = waiting.filter(({ failure }) => failure !== null);
  expect(told.every(({ failure, nextAtMs }) => failure === 'Throttled' && nextAtMs >= untilMs)).toBe(true);

  const jobQueue = familyQueue(taskQueue, 'wfm-jobs');
  // The server knows of a refusal a moment before the worker has put its slot back.
  await eventually('the refused calls have ended', () => worker.slotsHeld(jobQueue) === 0);
  const slots: number[] = [];
  // In the last two seconds a call may wait within itself.
  while (Date.now() < untilMs - 2_200) {
    slots.push(worker.slotsHeld(jobQueue));
    await sleep(20);
  }
  if (slots.length <= 20) throw new MomentPassed('the windows did not wait before the gate was nearly open');
  // One that has its turn meanwhile looks at the gate, and is gone.
  const looking = slots.filter((held) => held > 0).length;
  process.stdout.write(`a slot was held in ${looking} of ${slots.length} looks while the gate was closed\n`);
  expect(looking).toBeLessThan(slots.length / 4);
  expect(Math.max(...slots)).toBeLessThanOrEqual(1);
  expect(simulator.counts().jobs.total).toBe(0);

  // The same count sees slots that are held: a load holds one for as long as it runs.
  const warehouse = warehouseQueue(taskQueue);
  await eventually('a load holds a slot', () => worker.slotsHeld(warehouse) > 0);
  expect(await handle.result()).toMatchObject({ status: 'complete', windows: 10, gaps: [] });
  expect(await first.result()).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
  expect(simulator.counts()).toMatchObject({
    ...{ refused: 1, crossing: 0, insideGate: 0 },
    jobs: { total: 11, duplicates: 0 },
  });
  expect((await progress(handle)).gates).toEqual([]);
}
