import { afterEach, expect, it } from '@jest/globals';
import { windowId } from '../../src/domain/exportWindow.js';
import { PROBE_EVERY_MS } from '../../activities/toApplicationFailure.js';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import { familyQueue } from '../../src/domain/taskQueues.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, skippingEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { describeTimeSkipping, timeSkipping } from '../support/timeSkipping.js';
import { arrivalsMs, BULK, putLimits } from '../support/simulatedLimits.js';
import { eventsOf, pendingAttempts, stepsOf } from '../support/windowHistory.js';

quietTemporal('ERROR');
let environment: ExportEnvironment;

const TWO_HOURS_MS = 2 * 3_600_000;
const OVER_A_DAY_MS = 26 * 3_600_000;

function oneDay(from: string, to: string) {
  return { datasets: ['adherence' as const], from, to };
}

function idOf(from: string, to: string): string {
  const managementUnitId = environment.simulator.units[0]?.id ?? '';
  return windowId({ dataset: 'adherence', managementUnitId, from, to });
}

/** Until the only window from a date on waits for its next attempt. */
async function waiting(from: string): Promise<void> {
  await eventually('it waits', async () => {
    const [attempt] = await pendingAttempts(environment, { from, days: 1 });
    return attempt?.failure === 'Throttled';
  });
}

describeTimeSkipping('an export that has to wait longer than a test can', await timeSkipping(), (start) => {
  afterEach(() => environment.close());

  it('waits out a Retry-After of two hours without adding a history event, then completes the window', async () => {
    environment = await skippingEnvironment(await start(), { name: 'two hours' });
    const { simulator, client } = environment;
    expect(await environment.run(oneDay('2024-03-04', '2024-03-05'))).toMatchObject({ status: 'complete', windows: 1 });
    await putLimits(simulator, []);
    simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: TWO_HOURS_MS / 1000 });
    const handle = await environment.start(oneDay('2024-03-05', '2024-03-06'));
    await waiting('2024-03-05');
    const keeper = client.workflow.getHandle(keeperIdOf(simulator.clientId));
    const gate = await eventually('the keeper knows of the gate', async () => {
      return (await keeper.query<BudgetView>('budget')).families['wfm-jobs']?.gate;
    });
    const queue = familyQueue(environment.taskQueue, 'wfm-jobs');
    await eventually('no slot is held', () => environment.worker.slotsHeld(queue) === 0);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 1 });
    const [refusedMs = 0, ...leftMs] = await arrivalsMs(simulator);
    const lateMs = leftMs.map((ms) => ms - refusedMs - TWO_HOURS_MS);
    process.stdout.write(`left ${lateMs.join(', ')} ms after two hours\n`);
    expect(gate.untilMs - refusedMs).toBeGreaterThanOrEqual(TWO_HOURS_MS);
    expect(lateMs).toHaveLength(1);
    expect(lateMs[0]).toBeGreaterThanOrEqual(0);
    expect(lateMs[0]).toBeLessThanOrEqual(15_000);

    const undisturbed = await stepsOf(environment, idOf('2024-03-04', '2024-03-05'));
    expect(await stepsOf(environment, idOf('2024-03-05', '2024-03-06'))).toEqual(undisturbed);
    expect(simulator.counts()).toMatchObject({ refused: 1, insideGate: 0, crossing: 0, jobs: { total: 2 } });
  });

  it('wakes after a day of a longer wait, looks at the gate without a call, and waits on', async () => {
    environment = await skippingEnvironment(await start(), { name: 'over a day', sharesBudget: false });
    const { simulator } = environment;
    await putLimits(simulator, []);
    simulator.addFault({ kind: 'throttle', method: 'POST', path: BULK, retryAfter: OVER_A_DAY_MS / 1000 });
    const run = environment.run(oneDay('2024-03-04', '2024-03-05'));
    expect(await run).toMatchObject({ status: 'complete', windows: 1 });
    const [refusedMs = 0, ...leftMs] = await arrivalsMs(simulator);
    const lateMs = leftMs.map((ms) => ms - refusedMs - OVER_A_DAY_MS);
    process.stdout.write(`left ${lateMs.join(', ')} ms after ${OVER_A_DAY_MS / 3_600_000} hours\n`);
    expect(lateMs).toHaveLength(1);
    expect(lateMs[0]).toBeGreaterThanOrEqual(0);
    expect(lateMs[0]).toBeLessThanOrEqual(15_000);
    const attempts = (await eventsOf(environment, idOf('2024-03-04', '2024-03-05'))).flatMap(
      ({ activityTaskStartedEventAttributes: started }) => (started?.attempt ? [started.attempt] : []),
    );
    // The refused one, the look after a day, and the call.
    expect(Math.max(...attempts)).toBe(3);
  });

  it('tries no more than once a minute while Genesys refuses its token, without a history event, and goes on when it works', async () => {
    environment = await skippingEnvironment(await start(), {
      ...{ name: 'twenty minutes', probeEveryMs: PROBE_EVERY_MS, sharesBudget: false },
    });
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
