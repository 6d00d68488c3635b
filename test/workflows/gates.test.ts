import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { familyQueue } from '../../src/domain/taskQueues.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { pendingAttempts } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

describe('a 429 with Retry-After on the creation of a job', () => {
  it('keeps every job-creating call back until the instant it named, and those that wait hold no slot', async () => {
    environment = await exportEnvironment(address, { name: 'a closed gate' });
    const { simulator, progress, taskQueue, worker } = environment;
    simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: 8 });
    const handle = await environment.start({
      datasets: ['adherence'],
      from: '2024-03-04',
      to: '2024-03-14',
      windowDays: { adherence: 1 },
      maxParallelWindows: 10,
    });

    const gate = await eventually('the gate shows', async () => (await progress(handle)).gates[0]);
    expect(gate).toEqual({ family: 'wfm-jobs', until: expect.any(String), why: expect.stringContaining('429') });
    const untilMs = Date.parse(gate.until);
    const waiting = await eventually('every window waits', async () => {
      const attempts = await pendingAttempts(environment, { from: '2024-03-04', days: 10 });
      return attempts.filter((pending) => pending.failure === 'Throttled').length === 10 ? attempts : undefined;
    });
    expect(waiting.every(({ nextAtMs }) => nextAtMs >= untilMs)).toBe(true);

    const slots: number[] = [];
    while (Date.now() < untilMs - 200) {
      slots.push(worker.slotsHeld(familyQueue(taskQueue, 'wfm-jobs')));
      await sleep(20);
    }
    expect(slots.length).toBeGreaterThan(20);
    expect(Math.max(...slots)).toBe(0);
    const behind = simulator.counts();
    expect(behind.jobs.total).toBe(0);

    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 10, gaps: [] });
    const { insideGate, refused, crossing, jobs } = simulator.counts();
    expect(insideGate).toBe(0);
    // The refused call, and at most those that were on their way beside it: the family has four slots.
    expect(refused).toBe(1 + crossing);
    expect(refused).toBeLessThanOrEqual(4);
    expect(jobs).toMatchObject({ total: 10, duplicates: 0 });
    expect((await progress(handle)).gates).toEqual([]);
  });
});
