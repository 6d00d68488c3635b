import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EstimateFacts, estimateExport } from '../../src/domain/estimateExport.js';
import { HistoryExportInput } from '../../src/domain/historyExportInput.js';
import type { UnitPlan } from '../../src/domain/plannedExport.js';

const RANGE = { from: '2024-01-01', to: '2025-01-01' };
const LONDON = { id: 'london', name: 'London', businessUnitId: 'bu', timeZone: 'Europe/London' };
const JOBS = { noticedMs: 6000, polls: 1.5, seen: 32 };

function planned(dataset: UnitPlan['dataset'], windows: number, days = windows * 7): UnitPlan {
  return { dataset, managementUnitId: 'london', windows, days, daysThere: 0, daysProvisional: 0 };
}

function estimate(changes: Partial<EstimateFacts> = {}, request: object = {}) {
  return estimateExport({
    request: { ...HistoryExportInput.parse({ ...RANGE, ...request }), ...RANGE },
    units: [LONDON],
    plans: [planned('adherence', 53, 366), planned('occupancy', 53, 366)],
    agents: new Map([['london', 120]]),
    loaded: [],
    job: JOBS,
    callsAMinute: 300,
    ...changes,
  });
}

describe('what an export should come to, worked by hand', () => {
  it('counts calls: the structure, two a window of adherence and half a poll more, one for each 100 users of occupancy', () => {
    // structure 1 + 1 + 1 + 1 = 4; adherence 53 x 2 = 106; occupancy 53 x 2 = 106; 53 x 0.5 polls more = 26.5
    expect(estimate()).toMatchObject({ windows: 106, calls: { minimum: 216, expected: 243 } });
  });

  it('counts no more polls than the one that finds the job done, where jobs always take as long', () => {
    expect(estimate({ job: { ...JOBS, polls: 1 } }).calls).toEqual({ minimum: 216, expected: 216 });
  });

  it('is bound by the time jobs take: all windows one after the other, shared by those that run at once', () => {
    // (53 x 6 s + 106 queries x 0.3 s + 106 windows x 0.8 s) / 8 + 2 s = 56.3 s; 366 days of 120 agents: 22 rows a shift
    const plan = estimate();
    expect(plan).toMatchObject({ boundBy: 'job times', secondsExpected: 57, rowsFrom: 'assumption' });
    expect(plan.rowsExpected).toBe(Math.round(366 * 120 * (5 / 7) * 22));
    expect(estimate({}, { maxParallelWindows: 4 }).secondsExpected).toBe(111);
  });

  it('is bound by the limit of calls a minute where that is the longest, the first minute at once', () => {
    // 243 calls at 60 a minute: four minutes begin after the first 60, 120, 180 and 240 calls.
    expect(estimate({ callsAMinute: 60 })).toMatchObject({ boundBy: 'token limit', secondsExpected: 242 });
    expect(estimate({ callsAMinute: 242 }).secondsByBound['token limit']).toBe(60);
    expect(estimate({ callsAMinute: 243 }).secondsByBound['token limit']).toBe(0);
    expect(estimate({ callsAMinute: null }).secondsByBound['token limit']).toBeNull();
  });

  it('is bound by the machine where jobs are short and many run at once', () => {
    const quick = { job: { noticedMs: 200, polls: 1, seen: 32 }, callsAMinute: null };
    const plan = estimate(quick, { maxParallelWindows: 64 });
    // 106 windows at 4 a second and 690,171 rows at 50,000 a second: 26.5 + 13.8 s
    expect(plan).toMatchObject({ boundBy: 'this machine', secondsExpected: 43 });
  });

  it('is nothing where nothing is to be done, but for the two calls that show it', () => {
    const nothing = estimate({ plans: [{ ...planned('adherence', 0), daysThere: 366 }] });
    expect(nothing).toMatchObject({
      windows: 0,
      calls: { minimum: 2, expected: 2 },
      secondsExpected: 0,
      rowsExpected: 0,
    });
  });

  it('shows each dataset of each unit, those with most days first, and says how many it leaves out', () => {
    const plans = [planned('adherence', 1, 7), planned('occupancy', 2, 14)];
    expect(estimate({ plans }).units).toEqual([
      expect.objectContaining({
        dataset: 'occupancy',
        name: 'London',
        timeZone: 'Europe/London',
        agents: 120,
        days: 14,
      }),
      expect.objectContaining({ dataset: 'adherence', rowsExpected: Math.round(7 * 120 * (5 / 7) * 6) }),
    ]);
    const many = Array.from({ length: 103 }, (_, unit) => ({
      ...planned('adherence', 1),
      managementUnitId: `${unit}`,
    }));
    const { units, unitsLeftOut } = estimate({ plans: many });
    expect([units.length, unitsLeftOut]).toEqual([100, 3]);
  });
});

describe('what any export should come to', () => {
  const facts = fc.record({
    adherence: fc.nat(3000),
    occupancy: fc.nat(3000),
    agents: fc.nat(2000),
    polls: fc.double({ min: 1, max: 4, noNaN: true }),
    noticedMs: fc.integer({ min: 250, max: 600_000 }),
    callsAMinute: fc.option(fc.integer({ min: 1, max: 5000 })),
    parallel: fc.integer({ min: 1, max: 63 }),
  });
  const of = (given: typeof facts extends fc.Arbitrary<infer T> ? T : never) =>
    estimate(
      {
        plans: [planned('adherence', given.adherence), planned('occupancy', given.occupancy)],
        agents: new Map([['london', given.agents]]),
        job: { polls: given.polls, noticedMs: given.noticedMs, seen: 1 },
        callsAMinute: given.callsAMinute,
      },
      { maxParallelWindows: given.parallel },
    );

  it('is whole numbers, never fewer calls than the fewest, and as long as its longest bound', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const plan = of(given);
        for (const figure of [plan.calls.expected, plan.calls.minimum, plan.secondsExpected, plan.rowsExpected])
          expect(Number.isSafeInteger(figure)).toBe(true);
        expect(plan.calls.expected).toBeGreaterThanOrEqual(plan.calls.minimum);
        expect(plan.windows).toBe(given.adherence + given.occupancy);
        const longest = Math.max(...Object.values(plan.secondsByBound).map((seconds) => seconds ?? 0));
        expect(plan.secondsByBound[plan.boundBy] ?? 0).toBe(longest);
        if (plan.windows > 0) expect(plan.secondsExpected).toBeGreaterThanOrEqual(longest);
      }),
      { seed: 8 },
    );
  });

  it('takes no longer with more windows at once, with a higher limit, or with quicker jobs', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { secondsExpected } = of(given);
        const better = { ...given, parallel: given.parallel + 1, noticedMs: given.noticedMs / 2 };
        expect(of(better).secondsExpected).toBeLessThanOrEqual(secondsExpected);
        if (given.callsAMinute === null) return;
        const higher = { ...given, callsAMinute: given.callsAMinute * 2 };
        expect(of(higher).secondsExpected).toBeLessThanOrEqual(secondsExpected);
      }),
      { seed: 9 },
    );
  });

  it('makes no fewer calls and brings no fewer rows for a window more', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const [one, more] = [of(given), of({ ...given, adherence: given.adherence + 1 })];
        expect(more.calls.minimum).toBeGreaterThanOrEqual(one.calls.minimum + 2);
        expect(more.calls.expected).toBeGreaterThanOrEqual(one.calls.expected + 2);
        expect(more.rowsExpected).toBeGreaterThanOrEqual(one.rowsExpected);
      }),
      { seed: 10 },
    );
  });
});
