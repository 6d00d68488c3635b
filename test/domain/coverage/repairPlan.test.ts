import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../../src/domain/calendar.js';
import type { CoverageFacts, CoveredDay } from '../../../src/domain/coverage/coverageFacts.js';
import { judgeCoverage } from '../../../src/domain/coverage/judgeCoverage.js';
import { type RepairExport, repairPlan } from '../../../src/domain/coverage/repairPlan.js';
import { AUCKLAND, datesOf, LONDON, wholeWarehouse, withDay } from './coverageWorld.js';

const NOW = '2026-11-22T12:00:00.000Z';
const AUTUMN = { from: '2026-10-01', to: '2026-11-22' };

function planOf(facts: CoverageFacts): ReturnType<typeof repairPlan> {
  return repairPlan(judgeCoverage(facts).findings, facts, NOW);
}

describe('a repair', () => {
  it('loads days of several units and datasets by one export where it loads nothing else', () => {
    const facts = wholeWarehouse(AUTUMN, {
      datasets: ['adherence', 'occupancy'],
      units: [LONDON, { ...AUCKLAND, timeZone: 'Europe/Paris' }],
    });
    const broken = ['2026-10-07', '2026-10-08', '2026-11-03'].reduce(
      (world, date) => withDay(world, date, null),
      facts,
    );
    expect(planOf(broken)).toEqual({
      exports: [
        {
          datasets: ['adherence', 'occupancy'],
          managementUnits: ['mu-1', 'mu-2'],
          from: '2026-10-07',
          to: '2026-11-04',
          reload: 'missing',
          actuals: false,
          days: 12,
        },
      ],
      beyond: [],
    });
  });

  it('reads days that have an answer again by themselves, and not those between them', () => {
    const facts = ['2026-10-07', '2026-10-09'].reduce(
      (world, date) => withDay(world, date, { rows: 12 }),
      wholeWarehouse(AUTUMN),
    );
    expect(planOf(facts).exports).toMatchObject([
      { from: '2026-10-07', to: '2026-10-08', reload: 'all', days: 1 },
      { from: '2026-10-09', to: '2026-10-10', reload: 'all', days: 1 },
    ]);
  });

  it('asks for actual activities where the unit has them', () => {
    const facts = withDay(wholeWarehouse(AUTUMN), '2026-10-07', null);
    const [first, ...others] = facts.counted;
    const counted = first ? [{ ...first, rows: { adherence_day: 10, adherence_actual: 3 } }, ...others] : [];
    expect(planOf({ ...facts, counted }).exports).toMatchObject([{ actuals: true }]);
  });

  it('says what no export mends: what Genesys has less of now, and units that are gone', () => {
    const shrunk = withDay(wholeWarehouse(AUTUMN), '2026-10-07', { reason: 'Shrunk' });
    expect(planOf(shrunk)).toMatchObject({
      exports: [],
      beyond: [
        {
          why: expect.stringContaining("--from 2026-10-07 --to 2026-10-08 --unit 'London Service Desk' --reload force"),
        },
      ],
    });
    const gone = { ...withDay(wholeWarehouse(AUTUMN), '2026-10-07', null), units: [], expected: [] };
    expect(planOf(gone)).toMatchObject({ exports: [], beyond: [{ why: expect.stringContaining('closedUnits') }] });
  });

  it('loads every day at fault once, and no other, whatever is broken', () => {
    fc.assert(
      fc.property(breaks, fc.boolean(), (drawn, all) => {
        const facts: CoverageFacts = { ...brokenBy(drawn), ...(all ? {} : { only: { datasets: ['adherence'] } }) };
        const { findings } = judgeCoverage(facts);
        const { exports, beyond } = repairPlan(findings, facts, NOW);
        const left = new Set(beyond.map(({ finding }) => finding));
        const wanted = findings
          .filter((finding) => !left.has(finding))
          .flatMap(({ dataset, managementUnitId, from, days }) =>
            datesOf(from, days).map((date) => `${dataset} ${managementUnitId} ${date}`),
          );
        const loaded = exports.flatMap((one) => loadedBy(one, facts));
        expect(loaded.toSorted()).toEqual(wanted.toSorted());
        expect(exports.reduce((sum, { days }) => sum + days, 0)).toBe(wanted.length);
        expect(exports.length).toBeLessThanOrEqual(findings.length);
      }),
      { numRuns: 40, seed: 33 },
    );
  });
});

/** What an export would load, as it plans: of `missing`, days without an answer alone. */
function loadedBy({ datasets, managementUnits, from, to, reload }: RepairExport, { days }: CoverageFacts): string[] {
  const answered = new Set(
    days
      .filter(({ state }) => state !== 'failed' && state !== 'pending')
      .map((day) => `${day.dataset} ${day.managementUnitId} ${day.localDate}`),
  );
  const keys: string[] = [];
  for (const dataset of datasets)
    for (const unit of managementUnits)
      for (let date = from; date < to; date = addDays(date, 1)) keys.push(`${dataset} ${unit} ${date}`);
  return keys.filter((key) => reload === 'all' || !answered.has(key));
}

type Break = (typeof breaks extends fc.Arbitrary<infer Drawn> ? Drawn : never)[number];

const breaks = fc.array(
  fc.record({
    dataset: fc.constantFrom('adherence', 'occupancy'),
    unit: fc.constantFrom('mu-1', 'mu-2'),
    at: fc.integer({ min: 0, max: 52 }),
    days: fc.integer({ min: 1, max: 4 }),
    change: fc.constantFrom<Partial<CoveredDay> | null>(
      null,
      { state: 'failed', reason: 'TooLarge' },
      { state: 'pending' },
      { reason: 'Shrunk' },
      { reason: 'Corrupt' },
      { rows: 11 },
    ),
  }),
  { maxLength: 20 },
);

function brokenBy(drawn: readonly Break[]): CoverageFacts {
  const facts = wholeWarehouse(
    { from: '2026-10-01', to: '2026-11-23' },
    { datasets: ['adherence', 'occupancy'], units: [LONDON, AUCKLAND] },
  );
  const days = facts.days.flatMap((day): CoveredDay[] => {
    const broken = drawn.findLast(
      ({ dataset, unit, at, days: count }) =>
        dataset === day.dataset &&
        unit === day.managementUnitId &&
        datesOf(addDays('2026-10-01', at), count).includes(day.localDate),
    );
    if (!broken) return [day];
    return broken.change === null ? [] : [{ ...day, ...broken.change }];
  });
  return { ...facts, days };
}
