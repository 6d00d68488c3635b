import { afterEach, describe, expect, it } from '@jest/globals';
import { coverageStates } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const TWO_DAYS = { datasets: ['adherence' as const], from: '2024-03-04', to: '2024-03-06' };

function unitOf(agents: number) {
  return { units: [{ name: 'Shrinking Desk', timeZone: 'Asia/Singapore', agents }] };
}

/** Agents by local date, as the warehouse has them. */
async function agentsByDay(): Promise<Record<string, number>> {
  const rows = await environment.warehouse.query(
    'SELECT local_date::TEXT AS day, count(DISTINCT user_id)::INTEGER AS agents FROM adherence_day GROUP BY 1 ORDER BY 1',
  );
  return Object.fromEntries(rows.map((row) => [row['day'], row['agents']])) as Record<string, number>;
}

describe('a reload whose result has fewer agents than the warehouse', () => {
  it('keeps the rows, reports the days, and takes the result only when forced', async () => {
    environment = await exportEnvironment(address, { name: 'shrunk', organisation: unitOf(5) });
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', gaps: [] });
    const whole = await agentsByDay();
    const before = await environment.warehouse.query('SELECT * FROM adherence_day ORDER BY user_id, local_date');

    // The same organisation, in which two of the five have never been.
    const { seed } = environment.simulator;
    const poorer = await environment.organisation({ ...unitOf(3), seed });
    expect(poorer.units).toEqual(environment.simulator.units);
    await environment.moveTo(poorer);
    const held = await environment.run({ ...TWO_DAYS, reload: 'all' });
    expect(held).toMatchObject({
      status: 'completeWithGaps',
      gaps: [
        {
          dataset: 'adherence',
          managementUnitId: poorer.units[0]?.id,
          ...{ from: TWO_DAYS.from, to: TWO_DAYS.to },
          reason: 'Shrunk',
          message: expect.stringContaining('"force"'),
        },
      ],
    });
    expect(await environment.warehouse.query('SELECT * FROM adherence_day ORDER BY user_id, local_date')).toEqual(
      before,
    );
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: { '2024-03-04': 'loaded Shrunk', '2024-03-05': 'loaded Shrunk' },
    });

    expect(await environment.run({ ...TWO_DAYS, reload: 'force' })).toMatchObject({ status: 'complete', gaps: [] });
    const forced = await agentsByDay();
    for (const [day, agents] of Object.entries(whole)) expect(forced[day]).toBeLessThan(agents);
    expect(await coverageStates(environment.warehouse)).toEqual({
      adherence: { '2024-03-04': 'loaded', '2024-03-05': 'loaded' },
    });
  });

  it('is not asked for at all where only what is missing is', async () => {
    environment = await exportEnvironment(address, { name: 'not asked again', organisation: unitOf(5) });
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 1 });
    const jobs = environment.simulator.counts().jobs.total;
    expect(await environment.run(TWO_DAYS)).toMatchObject({ status: 'complete', windows: 0, gaps: [] });
    expect(environment.simulator.counts().jobs.total).toBe(jobs);
  });
});
