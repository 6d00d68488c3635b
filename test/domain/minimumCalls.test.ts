import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minimumCalls } from '../../src/domain/minimumCalls.js';
import { planWindows } from '../../src/domain/windowPlan.js';

function windowsOf(dataset: 'adherence' | 'occupancy', from: string, to: string, windowDays: number): number {
  const unit = { managementUnitId: 'mu-1', businessUnitId: 'bu-1', timeZone: 'Europe/London' };
  return planWindows({ unit, dataset, from, to, windowDays, reload: 'missing', coverage: new Map() }).length;
}

describe('the fewest calls of an export, worked by hand', () => {
  it('are the two lists of units when they show that there is nothing to do', () => {
    // 1 business units + 1 management units = 2
    expect(
      minimumCalls({ managementUnits: 1, businessUnits: 1, adherenceWindows: 0, occupancyWindowUsers: [] }),
    ).toEqual({
      structure: 2,
      adherence: 0,
      occupancy: 0,
      schedules: 0,
      total: 2,
    });
  });

  it('for one week of one unit of 100 agents are seven', () => {
    // structure 4; adherence 1 window x (1 POST + 1 poll) = 2; occupancy 1 window x 1 POST = 1; 4 + 2 + 1 = 7
    expect(
      minimumCalls({ managementUnits: 1, businessUnits: 1, adherenceWindows: 1, occupancyWindowUsers: [100] }).total,
    ).toBe(7);
  });

  it('count a second POST of occupancy from the 101st user on', () => {
    // 0 -> 0, 1 -> 1, 100 -> 1, 101 -> 2, 250 -> 3 POSTs; 0 + 1 + 1 + 2 + 3 = 7
    const facts = {
      managementUnits: 1,
      businessUnits: 1,
      adherenceWindows: 0,
      occupancyWindowUsers: [0, 1, 100, 101, 250],
    };
    expect(minimumCalls(facts).occupancy).toBe(7);
  });

  it('for the leap year 2024 of four units in two business units are 697', () => {
    // 366 days / 7 = 52.3: 53 windows a unit and dataset; 4 units = 212 windows a dataset
    const windows = 4 * windowsOf('adherence', '2024-01-01', '2025-01-01', 7);
    expect(windows).toBe(212);
    // structure 1 + 1 + 4 + 2 = 8; adherence 212 x 2 = 424; occupancy: units of 60, 100, 101 and 30 users
    // = 53 x (1 + 1 + 2 + 1) = 265 POSTs; 8 + 424 + 265 = 697
    const users = [60, 100, 101, 30].flatMap((count) => Array.from({ length: 53 }, () => count));
    expect(
      minimumCalls({ managementUnits: 4, businessUnits: 2, adherenceWindows: windows, occupancyWindowUsers: users }),
    ).toEqual({
      structure: 8,
      adherence: 424,
      occupancy: 265,
      schedules: 0,
      total: 697,
    });
  });

  it('for three years of adherence without exceptions in windows of 31 days are 76', () => {
    // 2022-2024: 365 + 365 + 366 = 1096 days / 31 = 35.4: 36 windows; structure 4; 36 x 2 = 72; 4 + 72 = 76
    const windows = windowsOf('adherence', '2022-01-01', '2025-01-01', 31);
    expect(windows).toBe(36);
    expect(
      minimumCalls({ managementUnits: 1, businessUnits: 1, adherenceWindows: windows, occupancyWindowUsers: [] }).total,
    ).toBe(76);
  });

  it('for five weeks of schedules of two units in one business unit are 38, where one window touches two weeks', () => {
    // structure 1 + 1 + 2 + 1 = 5, and 1 for the business unit's weeks; 10 searches, 11 weeks x 2 lists = 22; 6 + 10 + 22 = 38
    const facts = { managementUnits: 2, businessUnits: 1, adherenceWindows: 0, occupancyWindowUsers: [] };
    expect(minimumCalls({ ...facts, schedules: { windows: 10, weeks: 11 } })).toEqual({
      structure: 6,
      adherence: 0,
      occupancy: 0,
      schedules: 32,
      total: 38,
    });
    // Which weeks there are is read before it shows that there is nothing to do.
    expect(minimumCalls({ ...facts, schedules: { windows: 0, weeks: 0 } }).total).toBe(3);
  });

  it('never shrink when something is added, and are the sum of their parts', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.nat(50),
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.nat(5000)),
        fc.nat(5000),
        (units, business, adherence, users, more) => {
          const facts = {
            managementUnits: units,
            businessUnits: business,
            adherenceWindows: adherence,
            occupancyWindowUsers: users,
          };
          const calls = minimumCalls(facts);
          expect(calls.total).toBe(calls.structure + calls.adherence + calls.occupancy);
          const larger = minimumCalls({ ...facts, occupancyWindowUsers: [...users, more] });
          expect(larger.total - calls.total).toBe(Math.ceil(more / 100));
        },
      ),
      { seed: 9 },
    );
  });
});
