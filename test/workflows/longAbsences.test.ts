import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, skippingEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { describeTimeSkipping, timeSkipping } from '../support/timeSkipping.js';

quietTemporal('ERROR');
let environment: ExportEnvironment;

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const HOUR_MS = 3_600_000;
const TWO_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-06',
  windowDays: { adherence: 1 },
  maxParallelWindows: 1,
};

describeTimeSkipping('an export that is left alone for days', await timeSkipping(), (start) => {
  afterEach(() => environment.close());

  it('is complete in the end, though its secret was refused for five days', async () => {
    environment = await skippingEnvironment(await start(), {
      ...{ name: 'five days refused', probeEveryMs: 6 * HOUR_MS, sharesBudget: false },
    });
    const { simulator, clock } = environment;
    simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 401, times: 21 });
    const before = clock.now();
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    expect(clock.now() - before).toBeGreaterThan(4 * 24 * HOUR_MS);
  });

  it('is complete in the end, though Genesys did not answer for five days', async () => {
    environment = await skippingEnvironment(await start(), { name: 'five days silent', sharesBudget: false });
    const { simulator, clock } = environment;
    const before = clock.now();
    simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: (5 * 24 * HOUR_MS) / 1000 });
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    expect(clock.now() - before).toBeGreaterThanOrEqual(5 * 24 * HOUR_MS);
  });

  it('asks for a job anew that Genesys never finishes', async () => {
    environment = await skippingEnvironment(await start(), { name: 'a stuck job', sharesBudget: false });
    const { simulator, clock } = environment;
    const before = clock.now();
    simulator.addFault({ kind: 'jobStuck' });
    const handle = await environment.start({ ...TWO_DAYS, to: '2024-03-05' });
    const ended = handle.result();
    await eventually('a second job', () => simulator.counts().jobs.total === 2);
    expect(await ended).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    expect((clock.now() - before) / HOUR_MS).toBeGreaterThanOrEqual(6);
    expect(simulator.counts().jobs).toMatchObject({ total: 2, distinct: 1 });
  });
});
