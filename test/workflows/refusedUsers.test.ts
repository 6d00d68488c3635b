import { afterEach, describe, expect, it } from '@jest/globals';
import { coverageStates, trueRows } from '../support/coverageStates.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let environment: ExportEnvironment;
afterEach(() => environment.close());

const AGGREGATES = '/api/v2/analytics/users/aggregates/query';
const THREE_DAYS = { from: '2024-03-04', to: '2024-03-07' };

/** Rows by user, as the warehouse has them. */
async function rowsByUser(): Promise<Record<string, number>> {
  const rows = await environment.warehouse.query(
    'SELECT user_id, count(*)::INTEGER AS n FROM occupancy_interval GROUP BY user_id ORDER BY user_id',
  );
  return Object.fromEntries(rows.map((row) => [row['user_id'], row['n']])) as Record<string, number>;
}

/** The same, as it should be: analytics knows nothing of the users it refuses. */
async function trueRowsByUser(): Promise<Record<string, number>> {
  const { occupancy_interval: rows } = await trueRows(environment, THREE_DAYS.from, THREE_DAYS.to);
  const counts: Record<string, number> = {};
  for (const row of rows) counts[String(row['user_id'])] = (counts[String(row['user_id'])] ?? 0) + 1;
  return counts;
}

function organisation(name: string, agents: number, usersUnknownToAnalytics: number) {
  return exportEnvironment(address, {
    name,
    organisation: { usersUnknownToAnalytics, units: [{ name: 'Refusals Desk', timeZone: 'Asia/Singapore', agents }] },
  });
}

describe('users whom Genesys refuses', () => {
  it('are named in a gap, and everyone else is loaded', async () => {
    environment = await organisation('one refused user', 4, 1);
    const result = await environment.run(THREE_DAYS);
    const [unknown] = await environment.warehouse.query(
      'SELECT DISTINCT user_id FROM adherence_day WHERE user_id NOT IN (SELECT user_id FROM occupancy_interval)',
    );
    expect(result).toMatchObject({
      status: 'completeWithGaps',
      windows: 2,
      gaps: [
        {
          dataset: 'occupancy',
          managementUnitId: environment.simulator.units[0]?.id,
          ...THREE_DAYS,
          reason: 'UsersRefused',
          message: expect.stringContaining(String(unknown?.['user_id'])),
        },
      ],
    });
    expect(Object.keys(await rowsByUser())).toHaveLength(3);
    expect(await rowsByUser()).toEqual(await trueRowsByUser());
    expect(environment.simulator.counts().calls[`POST ${AGGREGATES}`]).toEqual({ '200': 1, '400': 1 });
  });

  it('are found one after the other where Genesys names one at a time', async () => {
    environment = await organisation('three refused users', 6, 3);
    expect(await environment.run(THREE_DAYS)).toMatchObject({
      status: 'completeWithGaps',
      gaps: [{ reason: 'UsersRefused' }],
    });
    expect(await rowsByUser()).toEqual(await trueRowsByUser());
    expect(environment.simulator.counts().calls[`POST ${AGGREGATES}`]).toEqual({ '200': 1, '400': 3 });
  });

  it('may be all there are: the unit then has gaps, and no day that pretends to be empty', async () => {
    environment = await organisation('nobody known', 2, 2);
    const result = await environment.run(THREE_DAYS);
    expect(result).toMatchObject({ status: 'completeWithGaps', windows: 2 });
    expect(result.gaps.map(({ dataset, reason, from, to }) => [dataset, reason, from, to])).toEqual([
      ['occupancy', 'NotCovered', '2024-03-04', '2024-03-07'],
      ['occupancy', 'UsersRefused', '2024-03-04', '2024-03-07'],
    ]);
    const { occupancy = {} } = await coverageStates(environment.warehouse);
    expect(new Set(Object.values(occupancy))).toEqual(new Set(['failed NotCovered']));
  });

  it('are not looked for where a unit has no users: its days are what its adherence says', async () => {
    environment = await organisation('an empty unit', 0, 0);
    expect(await environment.run(THREE_DAYS)).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
    const { adherence, occupancy } = await coverageStates(environment.warehouse);
    expect(adherence).toEqual({ '2024-03-04': 'empty', '2024-03-05': 'empty', '2024-03-06': 'empty' });
    expect(occupancy).toEqual(adherence);
    expect(environment.simulator.counts().calls).not.toHaveProperty([`POST ${AGGREGATES}`]);
  });
});
