import { describe, expect, it } from '@jest/globals';
import { describeRange, HistoryExportInput, windowDaysOf } from '../../src/domain/historyExportInput.js';

const RANGE = { from: '2024-01-01', to: '2025-01-01' };

/** Path and reason of everything that is wrong, in one line each. */
const wrong = (input: object): string[] =>
  HistoryExportInput.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('what an export is asked for', () => {
  it('is both datasets of all units, what is missing, eight windows at once, unless it says otherwise', () => {
    expect(HistoryExportInput.parse(RANGE)).toEqual({
      ...RANGE,
      datasets: ['adherence', 'occupancy'],
      exceptions: true,
      actuals: false,
      windowDays: {},
      maxParallelWindows: 8,
      lane: 'backfill',
      reload: 'missing',
    });
  });

  it.each([
    [{ ...RANGE, to: '2024-01-01' }, 'to: 2024-01-01 is not after from (2024-01-01); to is exclusive'],
    [{ ...RANGE, to: '2023-06-01' }, 'to: 2023-06-01 is not after from (2024-01-01); to is exclusive'],
    [{ ...RANGE, from: '1.1.2024' }, 'from: not a date: write it as 2024-01-31'],
    [{ ...RANGE, from: '2024-02-30' }, 'from: no such day in the calendar'],
    [{ from: '2004-12-31', to: '2025-01-01' }, 'from: more than 20 years in one export'],
    [{ to: '2025-01-01' }, 'from: is missing: give from and to, or since (such as 90d)'],
    [{ from: '2025-01-01' }, 'to: is missing: give from and to, or since (such as 90d)'],
    [{ ...RANGE, since: '90d' }, 'since: says the dates by itself: leave out from and to, or since'],
    [{ since: '90 days' }, expect.stringMatching(/^since: not a length of time: write it as 90d, 12w, 6mo or 2y/)],
    [{ since: '0d' }, expect.stringMatching(/^since: not a length of time/)],
    [{ since: '21y' }, 'since: more than 20 years in one export'],
    [{ since: '241mo' }, 'since: more than 20 years in one export'],
    [
      { ...RANGE, windowDays: { adherence: 8 } },
      'windowDays.adherence: at most 7 with exceptions (Genesys refuses longer); set exceptions to false for up to 31',
    ],
  ])('is refused with path and reason: %j', (input, reason) => {
    expect(wrong(input)).toEqual([reason]);
  });

  it.each([
    [{ from: '2005-01-01', to: '2025-01-01' }],
    [{ from: '2024-02-29', to: '2024-03-01' }],
    [{ since: '20y' }],
    [{ since: '240mo' }],
    [{ since: '1040w' }],
    [{ since: '7320d' }],
    [{ ...RANGE, exceptions: false, windowDays: { adherence: 31 } }],
    [{ ...RANGE, windowDays: { adherence: 7, occupancy: 31 } }],
  ])('is taken at its limits: %j', (input) => {
    expect(wrong(input)).toEqual([]);
  });

  it('says every wrong part at once', () => {
    expect(wrong({ ...RANGE, maxParallelWindows: 65, datasets: ['queues'], surprise: 1 })).toHaveLength(3);
  });

  it('has windows of a week, and of a month for adherence without exceptions', () => {
    expect(windowDaysOf(HistoryExportInput.parse(RANGE))).toEqual({ adherence: 7, occupancy: 7, schedules: 7 });
    const plain = HistoryExportInput.parse({ ...RANGE, exceptions: false, windowDays: { occupancy: 3, schedules: 2 } });
    expect(windowDaysOf(plain)).toEqual({ adherence: 31, occupancy: 3, schedules: 2 });
  });

  it('has windows of schedules of a week at most, and asks for none unless it names them', () => {
    const longer = HistoryExportInput.safeParse({ ...RANGE, datasets: ['schedules'], windowDays: { schedules: 8 } });
    expect(longer.error?.issues.map(({ path }) => path)).toEqual([['windowDays', 'schedules']]);
    expect(HistoryExportInput.parse(RANGE).datasets).not.toContain('schedules');
  });

  it('is told by its dates, or by how far back it goes', () => {
    expect(describeRange(RANGE)).toBe('2024-01-01 to 2025-01-01');
    expect(describeRange({ since: '90d' })).toBe('the last 90d');
  });
});
