import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectedRows } from '../../src/simulator/expectedRows.js';
import { AGGREGATES, type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

interface Group {
  group: { userId?: string };
  data: { interval: string; metrics: { metric: string; qualifier: string; stats: { sum: number } }[] }[];
}

const OPTIONS = { usersUnknownToAnalytics: 1 };
const NOW_MS = Date.parse('2025-06-01T00:00:00Z');

describe('users aggregates', () => {
  let calls: SimulatorCalls;
  let users: string[];
  beforeEach(async () => {
    calls = await simulatorCalls({ ...OPTIONS, now: () => NOW_MS });
    const { body } = await calls.get(
      `/api/v2/workforcemanagement/managementunits/${calls.simulator.units[0]?.id ?? ''}/users`,
    );
    users = (body['entities'] as unknown as { id: string }[]).map((user) => user.id);
  });
  afterEach(async () => await calls.simulator.close());

  const query = (ids: readonly string[], change: Record<string, unknown> = {}) => ({
    interval: '2024-05-05T16:00:00Z/2024-05-12T16:00:00Z',
    granularity: 'PT30M',
    groupBy: ['userId'],
    metrics: ['tAgentRoutingStatus'],
    filter: { type: 'or', predicates: ids.map((value) => ({ dimension: 'userId', value })) },
    ...change,
  });

  async function ask(ids: readonly string[], change: Record<string, unknown> = {}): Promise<Group[]> {
    const { status, body } = await calls.post(AGGREGATES, query(ids, change));
    expect(status).toBe(200);
    return body['results'] as unknown as Group[];
  }

  it('never has more time in a bucket than the bucket lasts, and no bucket or qualifier without time', async () => {
    for (const granularity of ['PT30M', 'PT15M']) {
      const bucketMs = granularity === 'PT30M' ? 1_800_000 : 900_000;
      for (const { data } of await ask(users.slice(1), { granularity })) {
        expect(data.length).toBeGreaterThan(0);
        for (const { interval, metrics } of data) {
          const [start = '', end = ''] = interval.split('/');
          expect(Date.parse(end) - Date.parse(start)).toBe(bucketMs);
          const sums = metrics.map((metric) => metric.stats.sum);
          expect(Math.min(...sums)).toBeGreaterThan(0);
          expect(sums.reduce((total, sum) => total + sum, 0)).toBeLessThanOrEqual(bucketMs);
        }
      }
    }
  });

  it('adds up to the same whether asked in one week or in seven days, in half or quarter hours', async () => {
    const total = (groups: Group[]): number =>
      groups
        .flatMap((group) => group.data.flatMap((row) => row.metrics))
        .reduce((sum, { stats }) => sum + stats.sum, 0);
    const week = total(await ask(users.slice(1)));
    expect(week).toBeGreaterThan(0);
    expect(total(await ask(users.slice(1), { granularity: 'PT15M' }))).toBe(week);
    expect(total(await ask(users.slice(1), { granularity: undefined, groupBy: undefined }))).toBe(week);
    let days = 0;
    for (let day = 5; day < 12; day++) {
      const date = (n: number): string => `2024-05-${n.toString().padStart(2, '0')}T16:00:00Z`;
      days += total(await ask(users.slice(1), { interval: `${date(day)}/${date(day + 1)}` }));
    }
    expect(days).toBe(week);
  });

  it('agrees with the true rows for those who stayed in one unit', async () => {
    const rows = expectedRows(OPTIONS, { from: '2024-05-06', to: '2024-05-13', asOfMs: NOW_MS });
    for (const { group, data } of await ask(users.slice(1))) {
      const truth = rows.occupancy_interval.filter(
        (row) => row['user_id'] === group.userId && row['management_unit_id'] === calls.simulator.units[0]?.id,
      );
      if (truth.length !== data.length) continue;
      expect(data.map((row) => new Date(row.interval.split('/')[0] ?? '').toISOString())).toEqual(
        truth.map((row) => row['interval_start']),
      );
      const idle = data.map((row) => row.metrics.find((metric) => metric.qualifier === 'IDLE')?.stats.sum ?? 0);
      expect(idle).toEqual(truth.map((row) => row['idle_ms']));
    }
    expect(rows.occupancy_interval.length).toBeGreaterThan(1000);
  });

  it('refuses more than 100 users, and names the user that it does not know', async () => {
    const many = Array.from(
      { length: 101 },
      (_, index) => `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`,
    );
    const tooMany = await calls.post(AGGREGATES, query(many));
    expect([tooMany.status, tooMany.body['message']]).toEqual([400, expect.stringContaining('at most 100')]);
    const unknown = await calls.post(AGGREGATES, query(users));
    expect(unknown.status).toBe(400);
    expect(unknown.body['message']).toContain(users[0]);
    const hundred = await calls.post(AGGREGATES, query(users.slice(1, 2).concat(many.slice(0, 99))));
    expect(hundred.body['message']).toContain(many[0]);
  });

  it.each([
    ['no interval', { interval: undefined }],
    ['an interval that ends before it starts', { interval: '2024-05-12T00:00:00Z/2024-05-05T00:00:00Z' }],
    ['a granularity that is none', { granularity: '30 minutes' }],
    ['a metric that does not exist', { metrics: ['tOccupancy'] }],
    ['no filter', { filter: undefined }],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }],
  ])('refuses %s', async (_what, change) => {
    expect((await calls.post(AGGREGATES, query(users.slice(1), change))).status).toBe(400);
  });
});
