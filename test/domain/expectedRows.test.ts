import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectedRows, type LoadedRows, tablesOf } from '../../src/domain/expectedRows.js';

const AGENTS = new Map([
  ['london', 10],
  ['leeds', 20],
]);
const TABLES = tablesOf({ exceptions: true, actuals: false }).adherence;

function loaded(managementUnitId: string, days: number, day: number, exception: number): LoadedRows {
  return {
    dataset: 'adherence',
    managementUnitId,
    days,
    rows: { adherence_day: day, adherence_exception: exception, adherence_actual: 0 },
  };
}

function rowsOf(managementUnitId: string, days: number, known: readonly LoadedRows[], tables = TABLES) {
  return expectedRows({ dataset: 'adherence', managementUnitId, days }, tables, AGENTS, known);
}

describe('rows that days should bring', () => {
  it('are as many a day as the unit itself has, once a week of it is there', () => {
    // 70 + 280 rows in 10 days are 35 a day.
    const own = loaded('london', 10, 70, 280);
    expect(rowsOf('london', 100, [own])).toEqual({ rows: 3500, learnt: true });
    expect(rowsOf('london', 100, [own, loaded('leeds', 500, 1, 1)])).toEqual({ rows: 3500, learnt: true });
  });

  it('are as many an agent and day as other units have, where the unit has less than a week', () => {
    // 200 + 800 rows in 10 days of 20 agents are 5 an agent and day; London has 10 agents.
    const other = loaded('leeds', 10, 200, 800);
    expect(rowsOf('london', 7, [other])).toEqual({ rows: 350, learnt: true });
    expect(rowsOf('london', 7, [other, loaded('london', 6, 0, 0)]).rows).toBeCloseTo((1000 / 260) * 70);
  });

  it('are what is usual where nothing is loaded: for five shifts a week a row and five exceptions each', () => {
    expect(rowsOf('london', 7, []).learnt).toBe(false);
    expect(rowsOf('london', 7, []).rows).toBeCloseTo(10 * 5 * 6);
    expect(rowsOf('london', 7, [], tablesOf({ exceptions: true, actuals: true }).adherence).rows).toBeCloseTo(50 * 21);
    const occupancy = { dataset: 'occupancy' as const, managementUnitId: 'leeds', days: 7 };
    const { rows } = expectedRows(occupancy, tablesOf({ exceptions: true, actuals: true }).occupancy, AGENTS, []);
    expect(rows).toBeCloseTo(20 * 5 * 16);
  });

  it('count exceptions as usual where the days were loaded without them, and leave them out where they are not asked for', () => {
    const without = loaded('london', 10, 70, 0);
    expect(rowsOf('london', 10, [without]).rows).toBeCloseTo(70 + 10 * 10 * (5 / 7) * 5);
    expect(rowsOf('london', 10, [without], tablesOf({ exceptions: false, actuals: false }).adherence).rows).toBe(70);
  });

  it('are none where a week and more of the unit was proven empty', () => {
    expect(rowsOf('london', 100, [loaded('london', 30, 0, 0)], ['adherence_day'])).toEqual({ rows: 0, learnt: true });
  });

  it('do not go by the other dataset', () => {
    const other: LoadedRows = { dataset: 'occupancy', managementUnitId: 'london', days: 50, rows: {} };
    expect(rowsOf('london', 7, [other]).learnt).toBe(false);
  });

  it('grow with the days in proportion, whatever is loaded', () => {
    const some = fc.record({ days: fc.nat(50), day: fc.nat(5000), exception: fc.nat(5000) });
    fc.assert(
      fc.property(some, some, fc.integer({ min: 1, max: 4000 }), (london, leeds, days) => {
        const known = [
          loaded('london', london.days, london.day, london.exception),
          loaded('leeds', leeds.days, leeds.day, leeds.exception),
        ];
        const { rows } = rowsOf('london', days, known);
        expect(rows).toBeGreaterThanOrEqual(0);
        expect(rowsOf('london', 2 * days, known).rows).toBeCloseTo(2 * rows, 3);
      }),
      { seed: 7 },
    );
  });
});
