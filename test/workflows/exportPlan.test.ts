import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { addDays, localDateOf } from '../../src/domain/calendar.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { failureOf } from '../support/exportFailure.js';
import { planOf } from '../support/planOf.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { objectsDirectory } from '../support/testWorker.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const MARCH = { from: '2024-03-04', to: '2024-03-18' };

function entriesOfChain(): string[] {
  const chain = join(objectsDirectory(environment.directory), 'chain');
  return existsSync(chain) ? readdirSync(chain) : [];
}

async function made<T>(work: Promise<T>): Promise<{ calls: number; result: T }> {
  const before = environment.simulator.counts().made;
  const result = await work;
  return { calls: environment.simulator.counts().made - before, result };
}

/** An export with nothing to do ends after two calls, adds nothing to the chain, and hands over the head that proves what is there. */
async function expectNothingToDo(head: string | null): Promise<void> {
  const chain = entriesOfChain();
  expect(chain).toHaveLength(1);

  const again = await made(environment.run(MARCH));
  expect(again.result).toEqual({
    status: 'complete',
    range: MARCH,
    windows: 0,
    rows: {},
    changes: {},
    gaps: [],
    manifest: null,
    head: head,
    calls: { made: 2, minimum: 2 },
    seconds: expect.any(Number),
    planned: { windows: 0, calls: { minimum: 2, expected: 2 }, secondsExpected: 0, rowsExpected: 0 },
  });
  expect(again.calls).toBe(2);
  expect(entriesOfChain()).toEqual(chain);
  const plan = await made(planOf(environment, MARCH));
  expect(plan.result).toMatchObject({ windows: 0, calls: { minimum: 2, expected: 2 }, secondsExpected: 0 });
  expect(plan.calls).toBe(2);
}

describe('the plan of an export', () => {
  it('starts nothing, marks nothing, and has the windows and the fewest calls of the export that follows, after which nothing is to do', async () => {
    environment = await exportEnvironment(address, { name: 'planned and done' });
    const { calls, result } = await made(planOf(environment, MARCH));
    // 14 days: two windows of each dataset. Fewest calls: structure 4, two jobs of two calls, two queries.
    expect(result).toMatchObject({ windows: 4, calls: { minimum: 10 }, range: MARCH, unitsLeftOut: 0 });
    expect(result.units).toEqual(
      ['adherence', 'occupancy'].map((dataset) =>
        expect.objectContaining({ dataset, agents: 3, windows: 2, days: 14, daysThere: 0, daysProvisional: 0 }),
      ),
    );
    expect(calls).toBe(3);
    expect(environment.simulator.counts().jobs.total).toBe(0);
    for (const table of ['coverage', 'management_unit', 'agent', 'export_outcome', 'custody_seal'])
      expect(await environment.warehouse.query(`SELECT * FROM ${table}`)).toEqual([]);
    expect(entriesOfChain()).toEqual([]);

    const { windows, calls: planned, secondsExpected, rowsExpected } = result;
    const done = await made(environment.run(MARCH));
    expect(done.result).toMatchObject({
      status: 'complete',
      range: MARCH,
      windows,
      calls: { made: done.calls, minimum: planned.minimum },
      planned: { windows, calls: planned, secondsExpected, rowsExpected },
    });
    expect(done.result.seconds).toBeGreaterThan(0);
    await expectNothingToDo(done.result.head);
  });

  it('leaves out the days that are there', async () => {
    environment = await exportEnvironment(address, { name: 'partly there' });
    await environment.run({ datasets: ['adherence'], from: '2024-03-06', to: '2024-03-11' });
    const { units, rowsFrom } = await planOf(environment, MARCH);
    expect(rowsFrom).toBe('warehouse');
    expect(units).toEqual([
      expect.objectContaining({ dataset: 'occupancy', windows: 2, days: 14, daysThere: 0 }),
      // 4 and 5 March, then 11 to 17 March.
      expect.objectContaining({ dataset: 'adherence', windows: 2, days: 9, daysThere: 5 }),
    ]);
    const all = await planOf(environment, { ...MARCH, reload: 'all' });
    expect(all.units.map(({ daysThere }) => daysThere)).toEqual([0, 0]);
  });

  it('fails at once where an export would pause, and says why', async () => {
    environment = await exportEnvironment(address, { name: 'may not plan' });
    environment.simulator.addFault({ kind: 'status', method: 'GET', path: '/api/v2/workforcemanagement', status: 403 });
    const { type } = await failureOf(planOf(environment, MARCH));
    expect(type).toBe('Forbidden');
  });
});

describe('an export since some days ago', () => {
  it('brings so many days up to the last that is over in every unit, of each unit the same', async () => {
    const units = [
      { name: 'Kiritimati Desk', timeZone: 'Pacific/Kiritimati', agents: 2 },
      { name: 'Honolulu Desk', timeZone: 'Pacific/Honolulu', agents: 2 },
    ];
    environment = await exportEnvironment(address, { name: 'since', organisation: { units } });
    const before = localDateOf('Pacific/Honolulu', new Date().toISOString());
    const result = await environment.run({ datasets: ['adherence'], since: '3d' });
    const { to } = result.range;
    // Midnight may have come in between.
    expect([before, localDateOf('Pacific/Honolulu', new Date().toISOString())]).toContain(to);
    expect(result).toMatchObject({ status: 'complete', windows: 2, range: { from: addDays(to, -3), to } });
    const days = await environment.warehouse.query(
      `SELECT local_date::VARCHAR AS day, count(*)::INTEGER AS units FROM coverage WHERE state = 'provisional' OR state = 'empty'
       GROUP BY ALL ORDER BY ALL`,
    );
    expect(days).toEqual([-3, -2, -1].map((back) => ({ day: addDays(to, back), units: 2 })));
  });
});
