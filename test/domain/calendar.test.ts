import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  daysBetween,
  isTimeZone,
  localDateOf,
  localDays,
  startOfLocalDay,
} from '../../src/domain/calendar.js';
import type { LocalDay } from '../../src/domain/localDay.js';
import { WallClock, zonesWithClockChanges } from '../support/zonesWithClockChanges.js';

const zones = zonesWithClockChanges();

function hoursOf(timeZone: string, date: string): number | undefined {
  const [day] = localDays(timeZone, date, addDays(date, 1));
  return day && day.lengthSeconds / 3600;
}

describe('local days', () => {
  it.each([
    ['America/New_York', '2024-03-10', 23],
    ['America/New_York', '2024-11-03', 25],
    ['America/New_York', '2024-11-04', 24],
    ['Europe/London', '2024-03-31', 23],
    ['Europe/London', '2024-10-27', 25],
    ['Australia/Lord_Howe', '2024-04-07', 24.5],
    ['Australia/Lord_Howe', '2024-10-06', 23.5],
    ['Africa/Cairo', '2024-04-26', 23],
    ['America/Sao_Paulo', '2018-11-04', 23],
    ['America/Sao_Paulo', '2018-02-17', 25],
    ['Antarctica/Troll', '2024-03-31', 22],
    ['Asia/Kolkata', '2024-03-31', 24],
  ])('in %s %s lasts %d hours', (timeZone, date, hours) => {
    expect(hoursOf(timeZone, date)).toBe(hours);
  });

  it('start at their first moment where midnight does not exist', () => {
    expect(startOfLocalDay('Africa/Cairo', '2024-04-26')).toBe('2024-04-25T22:00:00.000Z');
    expect(new WallClock('Africa/Cairo').at(Date.parse('2024-04-25T22:00:00Z'))).toBe('2024-04-26 01:00');
    expect(startOfLocalDay('America/Sao_Paulo', '2018-11-04')).toBe('2018-11-04T03:00:00.000Z');
  });

  it('start at the first of two midnights where midnight comes twice', () => {
    expect(startOfLocalDay('America/Havana', '2024-11-03')).toBe('2024-11-03T04:00:00.000Z');
    expect(hoursOf('America/Havana', '2024-11-03')).toBe(25);
  });

  it('are absent where a country skipped the day', () => {
    expect(localDays('Pacific/Apia', '2011-12-29', '2012-01-01')).toEqual([
      {
        localDate: '2011-12-29',
        startAt: '2011-12-29T10:00:00.000Z',
        endAt: '2011-12-30T10:00:00.000Z',
        lengthSeconds: 86_400,
      },
      {
        localDate: '2011-12-31',
        startAt: '2011-12-30T10:00:00.000Z',
        endAt: '2011-12-31T10:00:00.000Z',
        lengthSeconds: 86_400,
      },
    ]);
    expect(startOfLocalDay('Pacific/Apia', '2011-12-30')).toBe(startOfLocalDay('Pacific/Apia', '2011-12-31'));
  });

  it('are none for an empty or a reversed range', () => {
    expect(localDays('Europe/London', '2024-01-01', '2024-01-01')).toEqual([]);
    expect(localDays('Europe/London', '2024-01-02', '2024-01-01')).toEqual([]);
  });

  it('are refused for a zone or a date that does not exist', () => {
    expect(() => localDays('Europe/Atlantis', '2024-01-01', '2024-01-02')).toThrow(
      'no such time zone: Europe/Atlantis',
    );
    expect(() => localDays('Europe/London', '2023-02-29', '2023-03-02')).toThrow('no such day: 2023-02-29');
    expect(() => startOfLocalDay('Europe/London', '2024-1-1')).toThrow('no such day: 2024-1-1');
    expect(() => startOfLocalDay('+01:00', '2024-01-01')).toThrow('no such time zone');
  });

  it('cover 2015 to 2030 without gap or overlap in every zone that changes its clocks, each from when the wall clock first shows its date', () => {
    expect(zones.length).toBeGreaterThan(150);
    for (const timeZone of zones) {
      const clock = new WallClock(timeZone);
      const days = localDays(timeZone, '2015-01-01', '2031-01-01');
      const seconds = days.reduce((sum, day) => sum + day.lengthSeconds, 0);
      const nearChange = days.filter((_, index) => days.slice(Math.max(0, index - 1), index + 2).some(isUnusual));
      expect({
        timeZone,
        apart: firstApart(days),
        late: nearChange.filter((day) => !beginsWithItsDate(clock, day)),
      }).toEqual({
        timeZone,
        apart: null,
        late: [],
      });
      expect(days.length).toBe(daysBetween('2015-01-01', '2031-01-01'));
      expect(days[0]?.startAt).toBe(startOfLocalDay(timeZone, '2015-01-01'));
      expect(days.at(-1)?.endAt).toBe(startOfLocalDay(timeZone, '2031-01-01'));
      expect(seconds * 1000).toBe(Date.parse(days.at(-1)?.endAt ?? '') - Date.parse(days[0]?.startAt ?? ''));
    }
  });

  it('are the same whether asked for one by one or all at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 16 * 365 }),
        fc.integer({ min: 1, max: 40 }),
        (timeZone, skip, count) => {
          const from = addDays('2015-01-01', skip);
          const together = localDays(timeZone, from, addDays(from, count));
          const apart = Array.from({ length: count }, (_, index) => addDays(from, index)).flatMap((date) =>
            localDays(timeZone, date, addDays(date, 1)),
          );
          expect(apart).toEqual(together);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('of twenty years and twenty zones are listed in a second or two', () => {
    const { user: began } = process.cpuUsage();
    for (const timeZone of zones.slice(0, 20)) localDays(timeZone, '2006-01-01', '2026-01-01');
    // Measured: 0.4 s; asking the time-zone data for every day takes 4 s.
    // Of this process's own time: what others take of the machine is not counted.
    expect((process.cpuUsage().user - began) / 1000).toBeLessThan(3000);
  });
});

describe('the local date of an instant', () => {
  it('is the day that contains it, in every zone that changes its clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2015, 0, 2), max: Date.UTC(2030, 11, 30) }),
        (timeZone, ms) => {
          const date = localDateOf(timeZone, new Date(ms).toISOString());
          expect(Date.parse(startOfLocalDay(timeZone, date))).toBeLessThanOrEqual(ms);
          expect(Date.parse(startOfLocalDay(timeZone, addDays(date, 1)))).toBeGreaterThan(ms);
        },
      ),
      { numRuns: 500, seed: 2 },
    );
  });

  it('changes at the first moment of a day, not a millisecond before', () => {
    expect(localDateOf('Europe/London', '2024-03-30T23:59:59.999Z')).toBe('2024-03-30');
    expect(localDateOf('Europe/London', '2024-03-31T00:00:00Z')).toBe('2024-03-31');
    expect(localDateOf('Pacific/Auckland', '2024-03-31T11:00:00Z')).toBe('2024-04-01');
  });

  it('stays with the day that has begun when clocks go back over its midnight', () => {
    // At 00:01 on 2008-11-02 clocks in St John's went back to 23:01.
    expect(new WallClock('America/St_Johns').at(Date.parse('2008-11-02T02:40:00Z'))).toBe('2008-11-01 23:10');
    expect(localDateOf('America/St_Johns', '2008-11-02T02:40:00Z')).toBe('2008-11-02');
  });

  it('is refused for a text that is no instant', () => {
    expect(() => localDateOf('Europe/London', 'yesterday')).toThrow('not an instant: yesterday');
  });
});

describe('calendar arithmetic', () => {
  it('crosses months, leap days and years', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2024-01-01', -1)).toBe('2023-12-31');
    expect(daysBetween('2024-02-01', '2024-03-01')).toBe(29);
    expect(daysBetween('2024-03-01', '2024-02-01')).toBe(-29);
    expect(() => addDays('2024-13-01', 1)).toThrow('no such day: 2024-13-01');
  });

  it('comes back to where it began', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 20_000 }), (days) => {
        expect(daysBetween('2015-01-01', addDays('2015-01-01', days))).toBe(days);
        expect(addDays(addDays('2015-01-01', days), -days)).toBe('2015-01-01');
      }),
      { seed: 3 },
    );
  });
});

describe('a time zone', () => {
  it('is an IANA name, an alias included, and nothing else', () => {
    expect(
      ['Europe/London', 'UTC', 'Etc/GMT+5', 'US/Eastern', 'America/Argentina/Buenos_Aires'].every(isTimeZone),
    ).toBe(true);
    expect(['', '+05:30', 'Z', 'Europe/Atlantis', 'Europe/London ', '../etc/passwd', '2024'].some(isTimeZone)).toBe(
      false,
    );
  });
});

function isUnusual(day: LocalDay): boolean {
  return day.lengthSeconds !== 86_400;
}

/** The first day that does not start where the one before it ended, on a later date. */
function firstApart(days: readonly LocalDay[]): LocalDay | null {
  const found = days.find((day, index) => {
    const previous = days[index - 1];
    return previous !== undefined && (previous.endAt !== day.startAt || previous.localDate >= day.localDate);
  });
  return found ?? null;
}

/** The clock shows the date at the day's start, and an earlier one at every quarter of an hour of the four hours before. */
function beginsWithItsDate(clock: WallClock, day: LocalDay): boolean {
  const startMs = Date.parse(day.startAt);
  const before = [1, ...Array.from({ length: 16 }, (_, quarter) => (quarter + 1) * 900_000)];
  return (
    clock.dateAt(startMs) === day.localDate &&
    before.every((earlierMs) => clock.dateAt(startMs - earlierMs) < day.localDate)
  );
}
