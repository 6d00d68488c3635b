import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, localDays } from '../../src/domain/calendar.js';
import type { DayState } from '../../src/domain/seal.js';
import { unitPlan } from '../../src/domain/unitPlan.js';
import { planWindows } from '../../src/domain/windowPlan.js';

const UNIT = { managementUnitId: 'mu-1', businessUnitId: 'bu-1', timeZone: 'Europe/London' };
const MARCH_20 = { nowIso: '2024-03-20T12:00:00Z', horizonDays: 14 };

function planOf(
  range: { from: string; to: string },
  coverage: Record<string, DayState>,
  clock = MARCH_20,
  timeZone = 'Europe/London',
) {
  const request = {
    unit: { ...UNIT, timeZone },
    dataset: 'adherence' as const,
    ...range,
    windowDays: 7,
    reload: 'missing' as const,
    coverage: new Map(Object.entries(coverage)),
  };
  return unitPlan(request, planWindows(request), clock);
}

describe('what a unit has to bring', () => {
  it('is every day of the range when nothing is there', () => {
    expect(planOf({ from: '2024-02-01', to: '2024-03-01' }, {})).toEqual({
      dataset: 'adherence',
      managementUnitId: 'mu-1',
      windows: 5,
      days: 29,
      daysThere: 0,
      daysProvisional: 0,
    });
  });

  it('leaves out the days that are there, and counts those that failed or are pending', () => {
    const coverage = {
      '2024-02-02': 'loaded',
      '2024-02-03': 'empty',
      '2024-02-04': 'provisional',
      '2024-02-05': 'failed',
      '2024-02-06': 'pending',
    } as const;
    expect(planOf({ from: '2024-02-01', to: '2024-02-08' }, coverage)).toMatchObject({
      windows: 2,
      days: 4,
      daysThere: 3,
    });
  });

  it('counts the days that Genesys may still restate', () => {
    // On 2024-03-20 with a horizon of 14 days: from 2024-03-06 on.
    expect(planOf({ from: '2024-03-01', to: '2024-03-20' }, {})).toMatchObject({ days: 19, daysProvisional: 14 });
    expect(planOf({ from: '2024-03-01', to: '2024-03-06' }, {})).toMatchObject({ days: 5, daysProvisional: 0 });
    expect(planOf({ from: '2024-03-07', to: '2024-03-08' }, {})).toMatchObject({ days: 1, daysProvisional: 1 });
  });

  it('does not count a day that the zone left out', () => {
    // Samoa went from 29 to 31 December 2011.
    const range = { from: '2011-12-28', to: '2012-01-02' };
    expect(planOf(range, {}, MARCH_20, 'Pacific/Apia')).toMatchObject({ days: 4, daysThere: 0 });
  });

  it('adds up to the days that were asked for, whatever is there', () => {
    const states = fc.constantFrom<DayState>('loaded', 'empty', 'provisional', 'pending', 'failed');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.dictionary(fc.nat(70).map(String), states), (length, known) => {
        const from = '2024-02-10';
        const range = { from, to: addDays(from, length) };
        const coverage = Object.fromEntries(
          Object.entries(known).map(([day, state]) => [addDays(from, Number(day)), state]),
        );
        const plan = planOf(range, coverage);
        const left = localDays('Europe/London', range.from, range.to).filter(({ localDate }) =>
          ['loaded', 'empty', 'provisional'].includes(coverage[localDate] ?? ''),
        );
        expect(plan.days + plan.daysThere).toBe(length);
        expect(plan.daysThere).toBe(left.length);
        expect(plan.daysProvisional).toBeLessThanOrEqual(plan.days);
        expect(plan.windows).toBeGreaterThanOrEqual(Math.ceil(plan.days / 7));
      }),
      { seed: 6 },
    );
  });
});
