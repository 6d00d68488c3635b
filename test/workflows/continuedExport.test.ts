import { afterEach, describe, expect, it } from '@jest/globals';
import { trueRows } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, type ExportHandle, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { eventsOf } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const AGGREGATES = '/api/v2/analytics/users/aggregates/query';
/** `EVENTS_A_RUN` of the workflow: past it a run hands over. */
const EVENTS_A_RUN = 800;
/** 110 windows: a page of 100, and the rest. */
const RANGE = { from: '2024-03-01', to: '2024-06-19' };

/** Events of each run of an export, first to last. */
async function eventsByRun(handle: ExportHandle): Promise<number[]> {
  const lengths: number[] = [];
  let runId: string | null | undefined = handle.firstExecutionRunId;
  while (runId) {
    const events = await eventsOf(environment, handle.workflowId, runId);
    lengths.push(events.length);
    runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return lengths;
}

describe('an export of more windows than a page of its plan', () => {
  it('continues as new in the middle of a page with a small history, is paused and resumed after it, and adds everything up', async () => {
    environment = await exportEnvironment(address, { name: 'continued as new' });
    const { simulator, progress } = environment;
    const answered = () => simulator.counts().calls[`POST ${AGGREGATES}`]?.['200'];
    const handle = await environment.start({ ...RANGE, datasets: ['occupancy'], windowDays: { occupancy: 1 } });
    await eventually('windows have ended', async () => (await progress(handle)).windows.done > 20);
    const current = async () => await environment.client.workflow.getHandle(handle.workflowId).describe();
    // Whatever makes the history long: here an operator who says it again and again.
    while ((await current()).historyLength <= EVENTS_A_RUN)
      await Promise.all(Array.from({ length: 8 }, () => handle.executeUpdate('pause', { args: [{ reason: 'wait' }] })));
    await handle.executeUpdate('resume');
    await eventually('another run goes on', async () => (await current()).runId !== handle.firstExecutionRunId);
    // On a quick machine with the new run's very first task.
    await handle.executeUpdate('pause', { args: [{ reason: 'over the weekend' }] });
    const paused = await progress(handle);
    expect(paused).toMatchObject({ windows: { total: 110, failed: 0 }, paused: { reason: 'over the weekend' } });
    expect(paused.windows.done).toBeLessThan(110);

    await handle.executeUpdate('resume');
    const result = await handle.result();
    const { occupancy_interval: truth } = await trueRows(environment, RANGE.from, RANGE.to);
    expect(result).toMatchObject({
      status: 'complete',
      windows: 110,
      rows: { occupancy_interval: truth.length },
      gaps: [],
    });
    expect(answered()).toBe(110);
    expect(await environment.warehouse.query('SELECT count(*)::INTEGER AS n FROM occupancy_interval')).toEqual([
      { n: truth.length },
    ]);
    const { made, refused } = simulator.counts();
    // All but the one call with which the worker learns its organisation, and those that were refused.
    expect(result.calls.made).toBe(made - refused - 1);

    const runs = await eventsByRun(handle);
    expect(runs.length).toBeGreaterThanOrEqual(2);
    for (const events of runs) expect(events).toBeLessThan(2000);
  });
});
