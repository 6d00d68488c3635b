import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { expectedRows, type ExpectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const UNIT = { name: 'Front Desk', timeZone: 'Asia/Singapore', agents: 12 };
const RECENT: SimulatorOptions = { units: [UNIT], restatedDays: 3, restatedEverySeconds: 60, turnover: false };
const LATE: SimulatorOptions = { units: [UNIT], lateDataHours: 12, turnover: false };
const WEEK = { from: '2024-05-05', to: '2024-05-11' };
/** Friday 2024-05-10 is over in Singapore. */
const MIDNIGHT_MS = Date.parse('2024-05-10T16:00:00Z');

describe('the last days of adherence', () => {
  let calls: SimulatorCalls | undefined;
  afterEach(async () => await calls?.simulator.close());

  const at = (options: SimulatorOptions, asOfMs: number) => expectedRows(options, { ...WEEK, asOfMs });
  const daysOf = (rows: ExpectedRows, ...dates: string[]) =>
    rows.adherence_day.filter((row) => dates.includes(String(row['local_date'])));

  it('differ from one job to the next until they are old enough, and stay then', () => {
    const [now, soon, sameMinute] = [0, 60_000, 59_000].map((laterMs) => at(RECENT, MIDNIGHT_MS + laterMs));
    const settled = expectedRows(RECENT, { ...WEEK, asOfMs: MIDNIGHT_MS, settled: true });
    if (!now || !soon || !sameMinute) throw new Error('three answers');
    expect(sameMinute).toEqual(now);
    for (const date of ['2024-05-08', '2024-05-09', '2024-05-10']) {
      expect(daysOf(soon, date)).not.toEqual(daysOf(now, date));
      expect(daysOf(now, date)).not.toEqual(daysOf(settled, date));
    }
    for (const date of ['2024-05-05', '2024-05-06', '2024-05-07'])
      expect(daysOf(now, date)).toEqual(daysOf(settled, date));
    expect(at(RECENT, MIDNIGHT_MS + 3 * 86_400_000).adherence_exception).toEqual(settled.adherence_exception);
  });

  it('appear person by person within the hours that they are late', () => {
    const agents = [0, 4, 8, 12].map((hours) => daysOf(at(LATE, MIDNIGHT_MS + hours * 3_600_000), '2024-05-10').length);
    const settled = daysOf(expectedRows(LATE, { ...WEEK, asOfMs: MIDNIGHT_MS, settled: true }), '2024-05-10').length;
    expect(agents[0]).toBe(0);
    expect(agents[1]).toBeGreaterThan(0);
    expect(agents[2]).toBeGreaterThan(agents[1] ?? 0);
    expect(agents[3]).toBe(settled);
  });

  it.each([
    ['restated', RECENT],
    ['late', LATE],
  ])('are in a job’s files as the truth of its instant has them, when %s', async (_what, options) => {
    let nowMs = MIDNIGHT_MS + 5 * 3_600_000;
    calls = await simulatorCalls({ ...options, now: () => nowMs });
    const { job } = await calls.makeJob(
      {
        managementUnitId: calls.simulator.units[0]?.id,
        startDate: '2024-05-04T16:00:00Z',
        endDate: '2024-05-10T16:00:00Z',
      },
      UNIT.timeZone,
    );
    const asOf = new Date(nowMs).toISOString();
    nowMs += 7_200_000;
    const lengths: number[] = [];
    for (const url of (await calls.finishedJob(job.id)).downloadUrls) {
      const { body } = await request(url, { headers: { 'accept-encoding': 'gzip' } });
      const file = JSON.parse(gunzipSync(Buffer.from(await body.arrayBuffer())).toString('utf8')) as {
        userResults: { dayMetrics: { actualLengthSeconds: number }[] }[];
      };
      lengths.push(...file.userResults.flatMap((user) => user.dayMetrics.map((day) => day.actualLengthSeconds)));
    }
    const query = `expected?from=${WEEK.from}&to=${WEEK.to}`;
    const truth = (await calls.control('GET', `${query}&asOf=${asOf}`)) as ExpectedRows;
    const lengthsOf = (rows: ExpectedRows) => rows.adherence_day.map((row) => Number(row['actual_length_seconds']));
    expect(lengths.sort()).toEqual(lengthsOf(truth).sort());
    const settled = (await calls.control('GET', `${query}&settled=true`)) as ExpectedRows;
    expect(lengths).not.toEqual(lengthsOf(settled).sort());
  });
});
