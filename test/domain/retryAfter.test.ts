import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/domain/retryAfter.js';

const NOW = Date.UTC(2024, 1, 28, 12, 0, 0);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function forms(atMs: number): { imf: string; rfc850: string; asctime: string } {
  const date = new Date(atMs);
  const [day, month, year] = [date.getUTCDate(), MONTHS[date.getUTCMonth()] ?? '', date.getUTCFullYear()];
  const weekday = WEEKDAYS[date.getUTCDay()] ?? '';
  const time = date.toISOString().slice(11, 19);
  return {
    imf: `${weekday.slice(0, 3)}, ${pad(day)} ${month} ${year} ${time} GMT`,
    rfc850: `${weekday}, ${pad(day)}-${month}-${pad(year % 100)} ${time} GMT`,
    asctime: `${weekday.slice(0, 3)} ${month} ${String(day).padStart(2, ' ')} ${time} ${year}`,
  };
}

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['17', 17_000],
    [' \t17 ', 17_000],
    ['0017', 17_000],
    ['9007199254740', 9_007_199_254_740_000],
    ['9007199254741', Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('in seconds: "%s" is %i ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    ['Wed, 28 Feb 2024 12:00:05 GMT', 5_000],
    ['Wednesday, 28-Feb-24 12:00:05 GMT', 5_000],
    ['Wed Feb 28 12:00:05 2024', 5_000],
    ['Fri Mar  1 12:00:00 2024', 2 * 86_400_000],
    ['Thu, 29 Feb 2024 12:00:00 GMT', 86_400_000],
    ['Wed, 28 Feb 2024 11:59:59 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Thu, 01 Jan 0050 00:00:00 GMT', 0],
    ['Mon, 28 Feb 2024 12:00:05 GMT', 5_000],
    ['Wed, 28 Feb 2024 23:59:60 GMT', 43_200_000],
    ['Wednesday, 28-Feb-24 23:59:60 GMT', 43_200_000],
  ])('as a date: "%s" is %i ms away', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    null,
    undefined,
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '５',
    '17 s',
    '17,18',
    '\n17',
    'soon',
    'Wed, 30 Feb 2024 12:00:00 GMT',
    'Wed, 00 Feb 2024 12:00:00 GMT',
    'Tue, 29 Feb 2023 12:00:00 GMT',
    'Wed, 28 Feb 2024 24:00:00 GMT',
    'Wed, 28 Feb 2024 12:60:00 GMT',
    'Wed, 28 Feb 2024 12:00:61 GMT',
    'Wed, 28 Feb 2024 12:00:05 UTC',
    'Wed, 28 Feb 2024 12:00:05 +0000',
    'Wed, 28 Feb 2024 12:00:05 EST',
    'Wed, 28 Feb 2024 12:00:05',
    'Wed, 28 Feb 24 12:00:05 GMT',
    'Wed, 28 feb 2024 12:00:05 GMT',
    'Wed, 28 Foo 2024 12:00:05 GMT',
    'Wed, 8 Feb 2024 12:00:05 GMT',
    'Wed Feb 28 12:00:05 2024 GMT',
    'Wed Feb 8 12:00:05 2024',
    'Thursday, 29-Feb-23 12:00:00 GMT',
    '2024-02-28T12:00:05Z',
  ])('that is "%s" says nothing', (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });

  it('reads a two-digit year as the latest that is not more than 50 years ahead', () => {
    const fifty = Date.UTC(2074, 1, 28, 12, 0, 0) - NOW;
    expect(retryAfterMs('Wednesday, 28-Feb-74 12:00:00 GMT', NOW)).toBe(fifty);
    expect(retryAfterMs('Wednesday, 28-Feb-74 12:00:01 GMT', NOW)).toBe(0);
    expect(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW)).toBe(0);
    const lateInTheCentury = Date.UTC(2099, 11, 31, 23, 59, 59);
    expect(retryAfterMs('Friday, 01-Jan-00 00:00:00 GMT', lateInTheCentury)).toBe(1_000);
  });

  it('means the same instant in all three forms, whatever the instant', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1975, 0, 1) / 1000, max: Date.UTC(2073, 0, 1) / 1000 }),
        fc.integer({ min: 0, max: 999 }),
        (second, ms) => {
          const expected = Math.max(0, second * 1000 - (NOW + ms));
          for (const header of Object.values(forms(second * 1000))) {
            expect(retryAfterMs(header, NOW + ms)).toBe(expected);
          }
        },
      ),
      { seed: 42 },
    );
  });

  it('is a whole number of milliseconds or nothing, whatever is sent', () => {
    const nearMisses = fc
      .tuple(fc.constantFrom(...Object.values(forms(NOW + 5_000)), '17'), fc.nat(30), fc.string({ maxLength: 2 }))
      .map(([text, at, change]) => text.slice(0, at) + change + text.slice(at + 1));
    const anyTime = fc.oneof(fc.constant(NOW), fc.double());
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearMisses), anyTime, (header, now) => {
        const ms = retryAfterMs(header, now);
        expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
      { seed: 43 },
    );
  });

  it('does not depend on the zone of the process', () => {
    const before = process.env.TZ;
    try {
      for (const zone of ['America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC']) {
        process.env.TZ = zone;
        expect(retryAfterMs('Wed Feb 28 12:00:05 2024', NOW)).toBe(5_000);
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});
