import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ExpectedRows, expectedRows } from '../../src/simulator/expectedRows.js';
import { type SimulatorCalls, simulatorCalls } from './simulatorCalls.js';

const OPTIONS = {
  seed: 11,
  units: [
    { name: 'Kolkata', timeZone: 'Asia/Kolkata', agents: 20 },
    { name: 'Lord Howe', timeZone: 'Australia/Lord_Howe', agents: 20 },
    { name: 'Cairo', timeZone: 'Africa/Cairo', agents: 20, businessUnit: 'Nile' },
    { name: "St. John's", timeZone: 'America/St_Johns', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
    { name: 'Kathmandu', timeZone: 'Asia/Kathmandu', agents: 20 },
  ],
};
const NOW_MS = Date.parse('2025-06-01T00:00:00Z');

interface Result {
  startDate: string;
  userResults: {
    userId: string;
    adherencePercentage?: number | null;
    exceptionInfo: { startOffsetSeconds: number; endOffsetSeconds: number; secondaryPresenceLookupId?: string }[];
    actuals: { startOffsetSeconds: number; endOffsetSeconds: number }[];
    dayMetrics: Record<string, number | null>[];
  }[];
  lookupIdToSecondaryPresenceId: Record<string, string>;
}

describe('adherence results, read back by offsets and local days', () => {
  let calls: SimulatorCalls;
  beforeAll(async () => {
    calls = await simulatorCalls({ ...OPTIONS, now: () => NOW_MS, tokenLimitPerMinute: null });
  });
  afterAll(async () => await calls.simulator.close());

  async function results(unitName: string, start: string, end: string): Promise<Result[]> {
    const unit = calls.simulator.units.find((known) => known.name === unitName);
    const item = {
      managementUnitId: unit?.id,
      startDate: start,
      endDate: end,
      includeExceptions: true,
      includeActuals: true,
    };
    const { job } = await calls.makeJob(item, unit?.timeZone ?? '');
    const { downloadUrls } = await calls.finishedJob(job.id);
    return await Promise.all(downloadUrls.map(async (url) => (await (await fetch(url)).json()) as Result));
  }

  const truth = (unitName: string, from: string, to: string): ExpectedRows =>
    expectedRows(OPTIONS, {
      from,
      to,
      managementUnits: calls.simulator.units.filter((unit) => unit.name === unitName).map((unit) => unit.id),
      asOfMs: NOW_MS,
    });

  it.each([
    ['London', '2024-03-31', 82_800, '2024-03-31T00:00:00Z', '2024-03-31T23:00:00Z'],
    ['London', '2024-10-27', 90_000, '2024-10-26T23:00:00Z', '2024-10-28T00:00:00Z'],
    ['Lord Howe', '2024-04-07', 88_200, '2024-04-06T13:00:00Z', '2024-04-07T13:30:00Z'],
    ['Lord Howe', '2024-10-06', 84_600, '2024-10-05T13:30:00Z', '2024-10-06T13:00:00Z'],
    ['Cairo', '2024-04-26', 82_800, '2024-04-25T22:00:00Z', '2024-04-26T21:00:00Z'],
    ["St. John's", '2024-11-03', 90_000, '2024-11-03T02:30:00Z', '2024-11-04T03:30:00Z'],
    ['Kolkata', '2024-07-01', 86_400, '2024-06-30T18:30:00Z', '2024-07-01T18:30:00Z'],
  ])('holds for %s on %s, a day of %i s', async (unit, date, length, start, end) => {
    const nextDay = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    const rows = truth(unit, date, nextDay);
    const files = await results(unit, start, end);
    const metrics = files.flatMap((file) => file.userResults.flatMap((user) => user.dayMetrics));
    expect(rows.adherence_day.length).toBeGreaterThan(5);
    expect(metrics).toHaveLength(rows.adherence_day.length);
    for (const row of rows.adherence_day)
      expect([row['local_date'], row['day_length_seconds'], row['day_start']]).toEqual([
        date,
        length,
        new Date(start).toISOString(),
      ]);
    expect(metrics.every((metric) => metric['dayStartOffsetSeconds'] === 0)).toBe(true);
  });

  it('gives every day the same rows, asked for by itself or within a week', async () => {
    const week = truth('London', '2024-10-24', '2024-10-31');
    const files = await results('London', '2024-10-23T23:00:00Z', '2024-10-31T00:00:00Z');
    expect(exceptionsOf(files)).toEqual(keysOf(week.adherence_exception));
    const days = [];
    for (let day = 24; day < 31; day++)
      days.push(...truth('London', `2024-10-${day.toString()}`, `2024-10-${(day + 1).toString()}`).adherence_exception);
    expect(keysOf(days)).toEqual(keysOf(week.adherence_exception));
    expect(keysOf(days).length).toBeGreaterThan(200);
  });

  it('splits what crosses midnight, and counts exceptions and their seconds as listed', async () => {
    const files = await results('Kolkata', '2024-06-30T18:30:00Z', '2024-07-07T18:30:00Z');
    for (const { userResults } of files)
      for (const user of userResults)
        for (const day of user.dayMetrics) {
          const from = day['dayStartOffsetSeconds'] ?? 0;
          const mine = user.exceptionInfo.filter(
            (one) => one.startOffsetSeconds >= from && one.startOffsetSeconds < from + 86_400,
          );
          const seconds = mine.reduce((sum, one) => sum + one.endOffsetSeconds - one.startOffsetSeconds, 0);
          expect(mine.every((one) => one.endOffsetSeconds <= from + 86_400)).toBe(true);
          expect([day['exceptionCount'], day['exceptionDurationSeconds']]).toEqual([mine.length, seconds]);
          const scheduled = day['adherenceScheduleSeconds'] ?? 0;
          if (scheduled > 0) expect(day['adherencePercentage']).toBeCloseTo(100 * (1 - seconds / scheduled), 2);
          else expect(day['adherencePercentage'] ?? null).toBeNull();
        }
    const pieces = files.flatMap((file) =>
      file.userResults.flatMap((user) => [...user.exceptionInfo, ...user.actuals]),
    );
    expect(pieces.every((piece) => piece.startOffsetSeconds < piece.endOffsetSeconds)).toBe(true);
    expect(pieces.some((piece) => piece.startOffsetSeconds % 86_400 === 0)).toBe(true);
  });

  it('names every presence it uses in the file that uses it, and numbers each file on its own', async () => {
    const files = await results('Cairo', '2024-06-30T21:00:00Z', '2024-07-07T21:00:00Z');
    for (const file of files) {
      const used = file.userResults.flatMap((user) => user.exceptionInfo.map((one) => one.secondaryPresenceLookupId));
      for (const id of used) if (id !== undefined) expect(file.lookupIdToSecondaryPresenceId).toHaveProperty(id);
      expect(used).toContain(undefined);
    }
    expect(files[0]?.lookupIdToSecondaryPresenceId).not.toEqual(files[1]?.lookupIdToSecondaryPresenceId);
  });

  it('has nothing from before retention, and nothing that has not happened yet', async () => {
    const before = await results('London', '2023-12-25T00:00:00Z', '2024-01-01T00:00:00Z');
    expect(before.flatMap((file) => file.userResults)).toEqual([]);
    const after = await results('London', '2025-06-01T23:00:00Z', '2025-06-08T23:00:00Z');
    expect(after.flatMap((file) => file.userResults)).toEqual([]);
  });

  function exceptionsOf(files: readonly Result[]): string[] {
    return files
      .flatMap((file) =>
        file.userResults.flatMap((user) =>
          user.exceptionInfo.map((one) => {
            const at = (offset: number): string => new Date(Date.parse(file.startDate) + offset * 1000).toISOString();
            return [user.userId, at(one.startOffsetSeconds), at(one.endOffsetSeconds)].join(' ');
          }),
        ),
      )
      .sort();
  }

  function keysOf(rows: ExpectedRows['adherence_exception']): string[] {
    return rows.map((row) => [row['user_id'], row['start_at'], row['end_at']].join(' ')).sort();
  }
});
