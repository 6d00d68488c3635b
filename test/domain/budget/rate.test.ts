import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatRate, RateText, ratePerSecond } from '../../../src/domain/budget/rate.js';

const UNITS = { s: 1, min: 60, h: 3600, day: 86_400 } as const;

/** Why a text is refused; undefined when it is taken. */
function refusalOf(text: string): string | undefined {
  return RateText.safeParse(text).error?.issues[0]?.message;
}

describe('a rate that an operator writes', () => {
  it.each([
    ['5/s', 5],
    ['0.5/s', 0.5],
    ['60/min', 1],
    ['50/min', 50 / 60],
    ['1000/h', 1000 / 3600],
    ['2000/day', 2000 / 86_400],
    ['1/day', 1 / 86_400],
    ['1000/s', 1000],
  ])('takes %s', (text, perSecond) => {
    expect(refusalOf(text)).toBeUndefined();
    expect(ratePerSecond(text)).toBeCloseTo(perSecond, 12);
  });

  it.each(['', '5', '5/', '/s', '5/sec', '5 / s', '-5/s', '+5/s', '1e3/s', '1,000/h', 'NaN/s', '5/s5', '.5/s', '٥/s'])(
    'refuses %j, and says how to write one',
    (text) => {
      expect(refusalOf(text)).toContain('write it as 5/s, 300/min, 1000/h or 2000/day');
      expect(() => ratePerSecond(text)).toThrow(RangeError);
    },
  );

  it('refuses what would stop a family or bound nothing, and says where the bounds are', () => {
    expect(refusalOf('0/s')).toContain('slower than 1/day');
    expect(refusalOf('0.9/day')).toContain('slower than 1/day');
    expect(refusalOf('1001/s')).toContain('faster than 1000/s');
    expect(refusalOf('999999999/min')).toContain('faster than 1000/s');
  });

  it('takes no text but rates within the bounds, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{0,6}\/(s|min|h|day)$/)), (text) => {
        if (refusalOf(text) !== undefined) return;
        const perSecond = ratePerSecond(text);
        expect(perSecond).toBeGreaterThanOrEqual(1 / 86_400);
        expect(perSecond).toBeLessThanOrEqual(1000);
      }),
      { seed: 24 },
    );
  });
});

describe('a rate that is shown', () => {
  it.each([
    [5, '5/s'],
    [50 / 60, '50/min'],
    [20 / 900, '80/h'],
    [0.5, '0.5/s'],
    [2000 / 86_400, '2000/day'],
    [0.81294, '48.8/min'],
    [4.9 * 0.98765, '4.84/s'],
    [Math.PI / 1e6, '0.271/day'],
  ])('shows %d calls a second as %s', (perSecond, text) => {
    expect(formatRate(perSecond)).toBe(text);
  });

  it('shows a rate of up to four digits no longer than it was written, and means the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.constantFrom('s', 'min', 'h', 'day' as const),
        (calls, unit) => {
          const written = `${calls}/${unit}`;
          fc.pre(refusalOf(written) === undefined);
          const shown = formatRate(ratePerSecond(written));
          expect(shown.length).toBeLessThanOrEqual(written.length);
          expect(ratePerSecond(shown)).toBeCloseTo(calls / UNITS[unit], 9);
        },
      ),
      { seed: 25 },
    );
  });

  it('is within half a per cent of what it shows, for any rate that was learnt', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.2e-5, max: 1000, noNaN: true }), (perSecond) => {
        expect(Math.abs(ratePerSecond(formatRate(perSecond)) / perSecond - 1)).toBeLessThanOrEqual(0.005);
      }),
      { seed: 26 },
    );
  });
});
