import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween, localDateOf } from '../../src/domain/calendar.js';
import { weekDateOf, weekDatesBetween } from '../../src/domain/scheduleWeeks.js';
import { zonesWithClockChanges } from '../support/zonesWithClockChanges.js';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

describe('the weeks of a business unit', () => {
  it('begin on the day that it begins its weeks with', () => {
    // 2024-02-29 was a Thursday.
    expect(weekDateOf({ startDayOfWeek: 'Monday' }, '2024-02-29')).toBe('2024-02-26');
    expect(weekDateOf({ startDayOfWeek: 'Sunday' }, '2024-02-29')).toBe('2024-02-25');
    expect(weekDateOf({ startDayOfWeek: 'thursday' }, '2024-02-29')).toBe('2024-02-29');
    expect(weekDateOf({ startDayOfWeek: 'Friday' }, '2024-02-29')).toBe('2024-02-23');
    expect(() => weekDateOf({ startDayOfWeek: 'Caturday' }, '2024-02-29')).toThrow('no such day of the week: Caturday');
  });

  it('are told for instants by its own clock, the end of a range excluded', () => {
    const weeks = { timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' };
    expect(weekDatesBetween(weeks, '2024-01-07T15:59:59Z', '2024-01-07T16:00:00Z')).toEqual(['2024-01-01']);
    expect(weekDatesBetween(weeks, '2024-01-07T15:59:59Z', '2024-01-07T16:00:01Z')).toEqual([
      '2024-01-01',
      '2024-01-08',
    ]);
  });

  it('cover every instant of a range, each week once, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zonesWithClockChanges()),
        fc.constantFrom(...DAYS),
        fc.integer({ min: Date.parse('2010-01-01'), max: Date.parse('2026-01-01') }),
        fc.integer({ min: 1, max: 20 * 86_400_000 }),
        (timeZone, startDayOfWeek, startMs, lengthMs) => {
          const [start, last] = [startMs, startMs + lengthMs - 1].map((ms) => new Date(ms).toISOString());
          const dates = weekDatesBetween(
            { timeZone, startDayOfWeek },
            start ?? '',
            new Date(startMs + lengthMs).toISOString(),
          );
          for (const instant of [start, last]) {
            const date = localDateOf(timeZone, instant ?? '');
            expect(dates.filter((week) => week <= date && date < addDays(week, 7))).toHaveLength(1);
          }
          for (const [at, date] of dates.entries()) {
            expect(new Date(`${date}T00:00:00Z`).getUTCDay()).toBe((DAYS.indexOf(startDayOfWeek) + 1) % 7);
            if (at > 0) expect(daysBetween(dates[at - 1] ?? '', date)).toBe(7);
          }
        },
      ),
      { seed: 6 },
    );
  });
});
