import { afterEach, expect, it } from '@jest/globals';
import { windowId } from '../../src/domain/exportWindow.js';
import { PROBE_EVERY_MS } from '../../activities/toApplicationFailure.js';
import { type ExportEnvironment, skippingEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { describeTimeSkipping, timeSkipping } from '../support/timeSkipping.js';
import { stepsOf } from '../support/windowHistory.js';

quietTemporal('ERROR');
let environment: ExportEnvironment;

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const TWO_HOURS_MS = 2 * 3_600_000;

function oneDay(from: string, to: string) {
  return { datasets: ['adherence' as const], from, to };
}

function idOf(from: string, to: string): string {
  const managementUnitId = environment.simulator.units[0]?.id ?? '';
  return windowId({ dataset: 'adherence', managementUnitId, from, to });
}

describeTimeSkipping('an export that has to wait longer than a test can', await timeSkipping(), (start) => {
  afterEach(() => environment.close());

  it('waits out a Retry-After of two hours without adding a history event, then completes the window', async () => {
    environment = await skippingEnvironment(await start(), { name: 'two hours' });
    const { simulator, clock } = environment;
    expect(await environment.run(oneDay('2024-03-04', '2024-03-05'))).toMatchObject({ status: 'complete', windows: 1 });
    simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: TWO_HOURS_MS / 1000 });
    const before = clock.now();
    expect(await environment.run(oneDay('2024-03-05', '2024-03-06'))).toMatchObject({ status: 'complete', windows: 1 });
    expect(clock.now() - before).toBeGreaterThanOrEqual(TWO_HOURS_MS);

    const undisturbed = await stepsOf(environment, idOf('2024-03-04', '2024-03-05'));
    expect(await stepsOf(environment, idOf('2024-03-05', '2024-03-06'))).toEqual(undisturbed);
    expect(simulator.counts()).toMatchObject({ refused: 1, insideGate: 0, crossing: 0, jobs: { total: 2 } });
  });

  it('tries no more than once a minute while Genesys refuses its token, without a history event, and goes on when it works', async () => {
    environment = await skippingEnvironment(await start(), { name: 'twenty minutes', probeEveryMs: PROBE_EVERY_MS });
    const { simulator, clock } = environment;
    expect(await environment.run(oneDay('2024-03-04', '2024-03-05'))).toMatchObject({ status: 'complete', windows: 1 });
    // The first attempt finds its token refused, gets a new one, and finds that refused too; the others are one call each.
    const attempts = 20;
    simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 401, times: attempts + 1 });
    const before = clock.now();
    expect(await environment.run(oneDay('2024-03-05', '2024-03-06'))).toMatchObject({ status: 'complete', gaps: [] });

    // No upper bound: this server also leaps, now and then, while a message is on its way between two workflows.
    expect((clock.now() - before) / 60_000).toBeGreaterThanOrEqual(attempts - 2);
    const undisturbed = await stepsOf(environment, idOf('2024-03-04', '2024-03-05'));
    const waited = await stepsOf(environment, idOf('2024-03-05', '2024-03-06'));
    // One step more that failed, and word of it to the export and back: the tries of twenty minutes add nothing.
    expect(waited.length - undisturbed.length).toBeLessThan(15);
    expect(simulator.counts().jobs).toMatchObject({ total: 2, duplicates: 0 });
  });
});
