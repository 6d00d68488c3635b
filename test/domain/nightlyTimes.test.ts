import { describe, expect, it } from '@jest/globals';
import { firstOfDoubled, timesAfterGaps } from '../../src/domain/nightly/clockChanges.js';
import { cronTimes, dailyTimes } from '../../src/domain/nightly/nightlyTimes.js';
import { timesText } from '../../src/domain/nightly/timesText.js';

const IN_2026 = '2026-11-22T12:00:00Z';

function texts(at: string, timeZone: string): string[] {
  return timesAfterGaps([dailyTimes(at)], timeZone, IN_2026).map(timesText);
}

describe('cron expressions', () => {
  it.each([
    ['30 2 * * *', '02:30'],
    ['30 2 * * 1-5', '02:30 on Mon–Fri'],
    ['30 2 * * MON-FRI', '02:30 on Mon–Fri'],
    ['0 4 * * 7', '04:00 on Sun'],
    ['0 */6 * * *', '00:00, 06:00, 12:00, 18:00'],
    ['15 1 1,15 * *', '01:15 on day 1, 15'],
    ['0 3 1 jan,jul *', '03:00 on day 1 in Jan, Jul'],
    ['0 22 * * sat,sun', '22:00 on Sun, Sat'],
  ])('%s means %s', (cron, text) => {
    const times = cronTimes(cron);
    expect(typeof times === 'string' ? times : timesText(times)).toBe(text);
  });

  it.each([
    ['30 2 * *', /five fields/],
    ['60 2 * * *', /60 is not a minute/],
    ['0 24 * * *', /24 is not a hour/],
    ['0 5-2 * * *', /5-2 is not a hour/],
    ['0 2/0 * * *', /not a hour/],
    ['0 2 * * XYZ', /XYZ is not a day of week/],
    ['0 2 13 * 5', /restrict one/],
    ['*/5 * * * *', /more than 24/],
    ['0 2,, * * *', /nothing is not a hour/],
    ['@daily', /five fields/],
  ])('refuses %s', (cron, why) => {
    expect(cronTimes(cron)).toMatch(why);
  });
});

describe('a nominal time that clocks jump over', () => {
  it('is taken by the clock that had not been put forward, in each year of two decades', () => {
    const found = texts('02:30', 'Europe/Berlin');
    expect(found).toHaveLength(20);
    expect(found).toContain('03:30 on day 28 in Mar of 2027');
    expect(found).toContain('03:30 on day 27 in Mar of 2039');
  });

  it('may be half an hour long, or at midnight, and is none where clocks do not change or change at another time', () => {
    expect(texts('02:15', 'Australia/Lord_Howe')).toContain('02:45 on day 3 in Oct of 2027');
    expect(texts('00:30', 'Africa/Cairo')).toContain('01:30 on day 30 in Apr of 2027');
    expect(texts('02:30', 'Asia/Singapore')).toEqual([]);
    expect(texts('04:00', 'Europe/Berlin')).toEqual([]);
  });

  it('counts only on days on which it is due', () => {
    const weekdays = cronTimes('30 2 * * 1-5');
    // Clocks change on Sundays.
    expect(timesAfterGaps(typeof weekdays === 'string' ? [] : [weekdays], 'Europe/Berlin', IN_2026)).toEqual([]);
  });

  it('gives the same until the decade ends, so that applying again changes nothing', () => {
    const at = (iso: string) => timesAfterGaps([dailyTimes('02:30')], 'America/New_York', iso);
    expect(at('2029-12-31T23:59:59Z')).toEqual(at('2020-01-01T00:00:00Z'));
    expect(at('2030-01-01T00:00:00Z')).not.toEqual(at('2029-12-31T23:59:59Z'));
  });
});

describe('a nominal time that clocks show twice', () => {
  it('counts as the first of both, whichever the server started', () => {
    const first = '2026-11-01T05:30:00.000Z';
    expect(firstOfDoubled('2026-11-01T05:30:00Z', 'America/New_York')).toBe(first);
    expect(firstOfDoubled('2026-11-01T06:30:00Z', 'America/New_York')).toBe(first);
    // Berlin's 02:30, of which a Temporal server starts the second alone.
    expect(firstOfDoubled('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('is left as it is on every other night', () => {
    expect(firstOfDoubled('2026-11-02T07:30:00.250Z', 'America/New_York')).toBe('2026-11-02T07:30:00.250Z');
  });
});
