import { afterEach, describe, expect, it } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { exportId } from '../../src/cli/exportId.js';
import { HistoryExportInput } from '../../src/domain/historyExportInput.js';
import { adherenceStates, coverageStates, trueRows } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { holdJobs } from '../support/holdJobs.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { oneDayWindowIds } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const TEN_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-14',
  windowDays: { adherence: 1 },
  maxParallelWindows: 3,
};

/** How many of the windows' workflows are still running. */
async function windowsRunning(): Promise<number> {
  const ids = oneDayWindowIds(environment, { from: TEN_DAYS.from, days: 10 });
  const statuses = await Promise.all(
    ids.map(async (id) => {
      const described = await environment.client.workflow
        .getHandle(id)
        .describe()
        .catch(() => null);
      return described?.status.name;
    }),
  );
  return statuses.filter((status) => status === 'RUNNING').length;
}

async function rowsByDay(): Promise<Record<string, number>> {
  const rows = await environment.warehouse.query(
    'SELECT local_date::TEXT AS day, count(*)::INTEGER AS n FROM adherence_day GROUP BY 1',
  );
  return Object.fromEntries(rows.map((row) => [row['day'], row['n']])) as Record<string, number>;
}

describe('an export that is cancelled', () => {
  it('leaves whole days only, and the same request again brings the rest', async () => {
    environment = await exportEnvironment(address, { name: 'cancelled' });
    const release = holdJobs(environment.simulator, '2024-03-10', TEN_DAYS.to);
    const id = `${environment.taskQueue}/${exportId(HistoryExportInput.parse(TEN_DAYS))}`;
    const truth: Record<string, number> = {};
    for (const row of (await trueRows(environment, TEN_DAYS.from, TEN_DAYS.to)).adherence_day)
      truth[String(row['local_date'])] = (truth[String(row['local_date'])] ?? 0) + 1;

    const first = await environment.start(TEN_DAYS, id);
    await eventually('some days are loaded', async () => (await environment.progress(first)).windows.done >= 3);
    await first.cancel();
    release();
    await expect(first.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect((await first.describe()).status.name).toBe('CANCELLED');
    await eventually('its windows have ended', async () => (await windowsRunning()) === 0);

    const states = (await coverageStates(environment.warehouse))['adherence'] ?? {};
    const whole = await adherenceStates(environment, TEN_DAYS.from, TEN_DAYS.to);
    const rows = await rowsByDay();
    for (const [day, state] of Object.entries(states)) {
      expect(state).toBe(whole[day]);
      expect(rows[day] ?? 0).toBe(truth[day] ?? 0);
    }
    expect(Object.keys(rows).filter((day) => states[day] === undefined)).toEqual([]);
    const left = 10 - Object.keys(states).length;
    expect(left).toBeGreaterThan(0);

    const again = await environment.start(TEN_DAYS, id);
    expect(again.firstExecutionRunId).not.toBe(first.firstExecutionRunId);
    expect(await again.result()).toMatchObject({ status: 'complete', windows: left, gaps: [] });
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: whole });
    expect(await rowsByDay()).toEqual(truth);
  });

  it('and started again at once waits for nothing that was stopped', async () => {
    environment = await exportEnvironment(address, { name: 'at once again' });
    const release = holdJobs(environment.simulator, TEN_DAYS.from, TEN_DAYS.to);
    const first = await environment.start(TEN_DAYS);
    await eventually('it is at it', async () => (await environment.progress(first)).windows.running === 3);
    await first.cancel();
    release();
    const result = await environment.run({ ...TEN_DAYS, to: '2024-03-06' });
    expect(result).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
  });

  it('is not what happens when one of its windows is terminated: that is a gap, and the others are loaded', async () => {
    environment = await exportEnvironment(address, { name: 'a terminated window' });
    const release = holdJobs(environment.simulator, TEN_DAYS.from, TEN_DAYS.to);
    const request = { ...TEN_DAYS, to: '2024-03-07' };
    const handle = await environment.start(request);
    const [, second = ''] = oneDayWindowIds(environment, { from: TEN_DAYS.from, days: 3 });
    const window = environment.client.workflow.getHandle(second);
    // The export counts a window as running a moment before the server knows it.
    const isKnown = async (): Promise<boolean> =>
      await window.describe().then(
        () => true,
        () => false,
      );
    await eventually('the second window runs', isKnown);
    await window.terminate('not this one');
    release();
    expect(await handle.result()).toMatchObject({
      status: 'completeWithGaps',
      windows: 3,
      gaps: [{ from: '2024-03-05', to: '2024-03-06', reason: 'Terminated' }],
    });
    const whole = await adherenceStates(environment, TEN_DAYS.from, '2024-03-07');
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: { ...whole, '2024-03-05': 'failed Terminated' },
    });
    expect(await environment.run(request)).toMatchObject({ status: 'complete', windows: 1, gaps: [] });
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: whole });
  });
});
