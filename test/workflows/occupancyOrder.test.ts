import { afterEach, describe, expect, it } from '@jest/globals';
import { windowId } from '../../src/domain/exportWindow.js';
import type { DatasetName } from '../../src/domain/exportWindow.js';
import { coverageStates } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const UNITS = [
  { name: 'Order Desk East', timeZone: 'Asia/Singapore', agents: 2 },
  { name: 'Order Desk West', timeZone: 'America/New_York', agents: 2 },
];

/** When a window's workflow began and ended. */
async function spanOf(dataset: DatasetName, managementUnitId: string, from: string, to: string) {
  const id = windowId({ dataset, managementUnitId, from, to });
  const { startTime, closeTime } = await environment.client.workflow.getHandle(id).describe();
  return { began: startTime.getTime(), ended: closeTime?.getTime() ?? Infinity };
}

describe('an occupancy window', () => {
  it('waits for the adherence of its days of every unit, and for no other', async () => {
    environment = await exportEnvironment(address, {
      name: 'occupancy waits',
      organisation: { units: UNITS, jobSeconds: { min: 0.1, max: 2 } },
    });
    const { simulator } = environment;
    const request = { from: '2024-03-04', to: '2024-03-08', windowDays: { adherence: 2, occupancy: 2 } };
    expect(await environment.run({ ...request, maxParallelWindows: 3 })).toMatchObject({
      status: 'complete',
      windows: 8,
    });

    const [first, second] = [
      ['2024-03-04', '2024-03-06'],
      ['2024-03-06', '2024-03-08'],
    ] as const;
    const [east = '', west = ''] = simulator.units.map(({ id }) => id);
    const adherence = {
      east: [await spanOf('adherence', east, ...first), await spanOf('adherence', east, ...second)],
      west: [await spanOf('adherence', west, ...first), await spanOf('adherence', west, ...second)],
    };
    const ends = (spans: readonly ({ ended: number } | undefined)[]) =>
      Math.max(...spans.map((span) => span?.ended ?? NaN));
    const early = await spanOf('occupancy', east, ...first);
    expect(early.began).toBeGreaterThanOrEqual(ends([adherence.east[0], adherence.west[0]]));
    // New York's first two days end when Singapore's second two have begun: they touch.
    const late = await spanOf('occupancy', west, ...first);
    expect(late.began).toBeGreaterThanOrEqual(ends([...adherence.east, ...adherence.west.slice(0, 1)]));
    for (const unit of [east, west]) {
      const last = await spanOf('occupancy', unit, ...second);
      expect(last.began).toBeGreaterThanOrEqual(ends([adherence.east[1], adherence.west[1]]));
    }
  });

  it('uses the present users and says so, where adherence is neither there nor asked for', async () => {
    environment = await exportEnvironment(address, { name: 'occupancy alone' });
    const days = { from: '2024-03-04', to: '2024-03-06' };
    const occupancy = { ...days, datasets: ['occupancy' as const] };
    expect(await environment.run(occupancy)).toMatchObject({ status: 'complete', gaps: [] });
    expect(await coverageStates(environment.warehouse)).toEqual({
      occupancy: { '2024-03-04': 'loaded PresentUsersOnly', '2024-03-05': 'loaded PresentUsersOnly' },
    });

    expect(await environment.run({ ...days, reload: 'all' })).toMatchObject({ status: 'complete', gaps: [] });
    expect(await coverageStates(environment.warehouse)).toMatchObject({
      occupancy: { '2024-03-04': 'loaded', '2024-03-05': 'loaded' },
    });
  });
});
