import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, localDateOf, startOfLocalDay } from '../../src/domain/calendar.js';
import { hasBegunSomewhere, rangeOf } from '../../src/domain/exportRange.js';
import { describeRange, HistoryExportInput } from '../../src/domain/historyExportInput.js';

/** Zones at both ends of the day, with odd offsets, with changes at midnight, and with a day that never was. */
const ZONES = [
  'Pacific/Kiritimati',
  'Pacific/Honolulu',
  'Pacific/Niue',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Europe/London',
];
const AUCKLAND = { name: 'Auckland', timeZone: 'Pacific/Auckland' };
const HONOLULU = { name: 'Honolulu', timeZone: 'Pacific/Honolulu' };

function since(text: string, askedAt: string, units = [AUCKLAND]) {
  return rangeOf({ since: text }, units, { askedAt, nowIso: '2030-01-01T00:00:00Z' });
}

describe('an export since some time ago', () => {
  it('ends with yesterday, the last local day that is over, and goes back so many days', () => {
    // 13:00 on Wednesday 2024-03-20 in Auckland (UTC+13).
    expect(since('1d', '2024-03-20T00:00:00Z')).toEqual({ from: '2024-03-19', to: '2024-03-20' });
    expect(since('90d', '2024-03-20T00:00:00Z')).toEqual({ from: '2023-12-21', to: '2024-03-20' });
    expect(since('2w', '2024-03-20T00:00:00Z')).toEqual({ from: '2024-03-06', to: '2024-03-20' });
  });

  it('ends, where the units have several zones, with the last day that is over in all of them', () => {
    // Wednesday in Auckland, still Tuesday 14:00 in Honolulu: Monday is the last day that both have behind them.
    const units = [AUCKLAND, HONOLULU];
    expect(since('7d', '2024-03-20T00:00:00Z', units)).toEqual({ from: '2024-03-12', to: '2024-03-19' });
    expect(since('7d', '2024-03-20T00:00:00Z', units.toReversed())).toEqual({ from: '2024-03-12', to: '2024-03-19' });
  });

  it('counts months and years by the calendar', () => {
    expect(since('1mo', '2024-03-31T00:00:00Z')).toEqual({ from: '2024-02-29', to: '2024-03-31' });
    expect(since('6mo', '2024-03-15T00:00:00Z')).toEqual({ from: '2023-09-15', to: '2024-03-15' });
    expect(since('2y', '2024-02-29T00:00:00Z')).toEqual({ from: '2022-02-28', to: '2024-02-29' });
  });

  it('counts from when it was asked for, however late it is planned', () => {
    const asked = { askedAt: '2024-03-20T00:00:00Z', nowIso: '2024-03-27T00:00:00Z' };
    expect(rangeOf({ since: '1d' }, [AUCKLAND], asked)).toEqual({ from: '2024-03-19', to: '2024-03-20' });
  });

  it('never asks for a day that is not over, and leaves out none that is over everywhere, in any zones at any time', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...ZONES), { minLength: 1, maxLength: 4 }),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 400 }),
        (zones, now, days) => {
          const askedAt = now.toISOString();
          const units = zones.map((timeZone) => ({ name: timeZone, timeZone }));
          const { from, to } = rangeOf({ since: `${days}d` }, units, { askedAt, nowIso: askedAt });
          const isOver = (end: string) => zones.every((zone) => startOfLocalDay(zone, end) <= askedAt);
          expect(isOver(to)).toBe(true);
          expect(isOver(addDays(to, 1))).toBe(false);
          expect(addDays(from, days)).toBe(to);
        },
      ),
      { seed: 4 },
    );
  });
});

describe('an export by dates', () => {
  const at = { askedAt: '2024-03-20T00:00:00Z', nowIso: '2024-03-20T00:00:00Z' };

  it('is for those dates where they are over in every zone', () => {
    const dates = { from: '2024-03-01', to: '2024-03-19' };
    expect(rangeOf(dates, [AUCKLAND, HONOLULU], at)).toEqual(dates);
  });

  it('is refused, with the zone and the date that works, where a day is not over in one of them', () => {
    expect(() => rangeOf({ from: '2024-03-01', to: '2024-03-20' }, [AUCKLAND, HONOLULU], at)).toThrow(
      /^to: 2024-03-20 .* not over in Pacific\/Honolulu.*latest date that works now is 2024-03-19$/,
    );
  });

  it('is refused before any zone is known only where the day has begun nowhere', () => {
    // 10:00 UTC is midnight of the next day at UTC+14, where days begin first.
    expect(hasBegunSomewhere('2024-03-21', '2024-03-20T09:59:59Z')).toBe(false);
    expect(hasBegunSomewhere('2024-03-21', '2024-03-20T10:00:00Z')).toBe(true);
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
        (zone, now) => {
          expect(hasBegunSomewhere(localDateOf(zone, now.toISOString()), now.toISOString())).toBe(true);
        },
      ),
      { seed: 5 },
    );
  });
});

describe('the dates of a request', () => {
  const problems = (input: object) =>
    HistoryExportInput.safeParse(input).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];

  it.each(['1d', '90d', '12w', '6mo', '2y', '7320d', '1040w', '240mo', '20y'])('may be %s', (text) => {
    expect(problems({ since: text })).toEqual([]);
    expect(describeRange({ since: text })).toBe(`the last ${text}`);
  });

  it.each(['0d', '-1d', '90', 'd', '1h', '1.5y', '90 d', '6m', 'yesterday', '', '123456d'])('may not be %p', (text) => {
    expect(problems({ since: text })).toEqual([
      'since: not a length of time: write it as 90d, 12w, 6mo or 2y (days, weeks, months, years)',
    ]);
  });

  it.each(['21y', '241mo', '1041w', '7321d'])('may not be %s: over twenty years', (text) => {
    expect(problems({ since: text })).toEqual(['since: more than 20 years in one export']);
  });

  it('may not be said twice, nor left out, nor be half there', () => {
    const both = 'since: says the dates by itself: leave out from and to, or since';
    expect(problems({ since: '90d', from: '2024-01-01', to: '2024-02-01' })).toEqual([both]);
    expect(problems({ since: '90d', to: '2024-02-01' })).toEqual([both]);
    const missing = 'is missing: give from and to, or since (such as 90d)';
    expect(problems({})).toEqual([`from: ${missing}`, `to: ${missing}`]);
    expect(problems({ from: '2024-01-01' })).toEqual([`to: ${missing}`]);
    expect(problems({ to: '2024-01-01' })).toEqual([`from: ${missing}`]);
  });
});
