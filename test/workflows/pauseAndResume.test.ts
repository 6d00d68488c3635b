import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
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

describe('an operator who pauses an export', () => {
  it('sees windows under way held, no other start, why and since when, and all of it done after resuming', async () => {
    environment = await exportEnvironment(address, { name: 'paused by an operator', organisation: { jobSeconds: 3 } });
    const { simulator, progress } = environment;
    const handle = await environment.start(EIGHT_DAYS);
    const jobs = () => simulator.counts().jobs.requests.flatMap((request) => request.jobs);
    await eventually('two windows are under way, and each has asked for its job', () => jobs().length >= 2);

    const before = Date.now();
    const paused = await handle.executeUpdate('pause', { args: [{ reason: 'a change at Genesys' }] });
    expect(paused).toEqual({ kind: 'operator', reason: 'a change at Genesys', since: expect.stringMatching(/Z$/) });
    expect(Date.parse((paused as { since: string }).since)).toBeGreaterThan(before - 5000);

    // Longer than the next look at any of the jobs would have waited.
    await eventually('the jobs under way have ended at Genesys', () =>
      jobs().every(({ endsAtMs }) => Date.now() - endsAtMs > 1500),
    );
    const shown = await progress(handle);
    expect(shown).toEqual({
      windows: { total: 8, done: expect.any(Number), running: 2, failed: 0 },
      rows: expect.any(Object),
      changes: expect.any(Object),
      calls: expect.any(Number),
      paused,
      gates: [],
      eta: null,
    });
    expect(shown.windows.done).toBeLessThan(8);
    expect(jobs().length).toBeLessThanOrEqual(shown.windows.done + 2);
    expect(jobs().filter(({ noticedAtMs }) => noticedAtMs === null)).not.toEqual([]);

    await handle.executeUpdate('resume');
    const result = await handle.result();
    expect(result).toMatchObject({ status: 'complete', windows: 8, gaps: [] });
    expect(simulator.counts().jobs).toMatchObject({ total: 8, duplicates: 0 });
  });
});
