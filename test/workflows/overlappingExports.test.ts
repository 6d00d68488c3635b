import { afterEach, describe, expect, it } from '@jest/globals';
import { exportId } from '../../src/cli/exportId.js';
import { HistoryExportInput } from '../../src/domain/historyExportInput.js';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const ONE_DAY_WINDOWS = { datasets: ['adherence' as const], windowDays: { adherence: 1 }, maxParallelWindows: 2 };

describe('two exports at once', () => {
  it('that overlap bring each window once, and both count it as done', async () => {
    environment = await exportEnvironment(address, { name: 'overlapping', organisation: { jobSeconds: 0.5 } });
    const { simulator } = environment;
    const early = await environment.start({ ...ONE_DAY_WINDOWS, from: '2024-03-04', to: '2024-03-09' });
    const late = await environment.start({ ...ONE_DAY_WINDOWS, from: '2024-03-06', to: '2024-03-11' });
    const results = await Promise.all([early.result(), late.result()]);
    for (const result of results) expect(result).toMatchObject({ status: 'complete', windows: 5, gaps: [] });
    expect(simulator.counts().jobs).toMatchObject({ total: 7, duplicates: 0 });
    expect(simulator.counts().downloads.fetchedTwice).toBe(0);
    const states = await adherenceStates(environment, '2024-03-04', '2024-03-11');
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  });

  it('of which one is stopped leave the other whole: it brings the windows that the first was at', async () => {
    environment = await exportEnvironment(address, { name: 'one is stopped', organisation: { jobSeconds: 3 } });
    const range = { from: '2024-03-04', to: '2024-03-07' };
    const first = await environment.start({ ...ONE_DAY_WINDOWS, ...range });
    await eventually('the first is at it', async () => (await environment.progress(first)).windows.running === 2);
    const second = await environment.start({ ...ONE_DAY_WINDOWS, ...range, maxParallelWindows: 3 });
    await eventually('so is the second', async () => (await environment.progress(second)).windows.running === 3);
    await first.cancel();
    expect(await second.result()).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    const states = await adherenceStates(environment, range.from, range.to);
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
  });

  it('of the same request are one: the second attaches to the first', async () => {
    environment = await exportEnvironment(address, { name: 'the same twice' });
    const request = { ...ONE_DAY_WINDOWS, from: '2024-03-04', to: '2024-03-06' };
    const unit = environment.simulator.units[0]?.id ?? '';
    const id = exportId(HistoryExportInput.parse({ ...request, managementUnits: [unit] }));
    // Written in another order, and with a default spelt out.
    const again = { managementUnits: [unit], exceptions: true, ...request };
    expect(exportId(HistoryExportInput.parse(again))).toBe(id);

    const [one, other] = [
      await environment.start({ ...request, managementUnits: [unit] }, id),
      await environment.start(again, id),
    ];
    expect(other.firstExecutionRunId).toBe(one.firstExecutionRunId);
    expect(await other.result()).toEqual(await one.result());
    expect(environment.simulator.counts().jobs).toMatchObject({ total: 2, duplicates: 0 });
  });
});
