import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const EIGHT_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-12',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
};

/** Whether the window of some dates was told to hold, and has no step under way. */
async function isHeld(dates: string): Promise<boolean> {
  const { client, simulator } = environment;
  const window = client.workflow.getHandle(`export/adherence/${simulator.units[0]?.id ?? ''}/${dates}`);
  const { events } = await window.fetchHistory();
  const { raw } = await window.describe();
  const isTold = events?.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'hold');
  return isTold === true && !raw.pendingActivities?.length;
}

describe('an operator who pauses an export', () => {
  it('sees windows under way held, no other start, why and since when, and all of it done after resuming', async () => {
    environment = await exportEnvironment(address, { name: 'paused by an operator' });
    const { simulator, progress } = environment;
    const letGo = holdJobs(simulator, EIGHT_DAYS.from, EIGHT_DAYS.to);
    const handle = await environment.start(EIGHT_DAYS);
    const jobs = () => simulator.counts().jobs.requests.flatMap((request) => request.jobs);
    await eventually('two windows are under way, and each has asked for its job', () => jobs().length >= 2);

    const before = Date.now();
    const paused = await handle.executeUpdate('pause', { args: [{ reason: 'a change at Genesys' }] });
    expect(paused).toEqual({ kind: 'operator', reason: 'a change at Genesys', since: expect.stringMatching(/Z$/) });
    expect(Date.parse((paused as { since: string }).since)).toBeGreaterThan(before - 5000);

    await eventually('both windows are held, and no look at a job is on its way', async () => {
      const held = await Promise.all(['2024-03-04_2024-03-05', '2024-03-05_2024-03-06'].map(isHeld));
      return held.every(Boolean);
    });
    letGo();
    // Longer than the next look at any of the jobs would have waited.
    await sleep(1500);
    const shown = await progress(handle);
    expect(shown).toEqual({
      windows: { total: 8, done: 0, running: 2, failed: 0 },
      rows: expect.any(Object),
      changes: expect.any(Object),
      calls: expect.any(Number),
      paused,
      gates: [],
      eta: null,
    });
    expect(jobs().map(({ noticedAtMs }) => noticedAtMs)).toEqual([null, null]);

    await handle.executeUpdate('resume');
    const result = await handle.result();
    expect(result).toMatchObject({ status: 'complete', windows: 8, gaps: [] });
    expect(simulator.counts().jobs).toMatchObject({ total: 8, duplicates: 0 });
  });
});
