import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, localDays } from '../../../src/domain/calendar.js';
import type { CoverageFacts, CoveredDay } from '../../../src/domain/coverage/coverageFacts.js';
import { describeFinding } from '../../../src/domain/coverage/coverageFinding.js';
import { CoverageRules } from '../../../src/domain/coverage/coverageRules.js';
import { judgeCoverage } from '../../../src/domain/coverage/judgeCoverage.js';
import { AUCKLAND, LONDON, wholeWarehouse, withAgents, withDay } from './coverageWorld.js';

/** Ends with the last day that was over in London at noon in UTC of 22 November. */
const AUTUMN = { from: '2026-09-01', to: '2026-11-22' };
const AUTUMN_DAYS = 82;

describe('coverage', () => {
  it('is whole when every expected day is there, in each zone up to its own last day', () => {
    // At noon in UTC it is one in the morning of the 23rd in Auckland.
    const facts = wholeWarehouse({ from: '2026-09-01', to: '2026-11-23' }, { units: [AUCKLAND] });
    expect(judgeCoverage(facts)).toMatchObject({ ok: true, findings: [], newUnits: [] });
    const [unit] = judgeCoverage(wholeWarehouse(AUTUMN)).units;
    expect(unit).toMatchObject({ ...AUTUMN, days: { loaded: AUTUMN_DAYS, missing: 0 } });
    expect(unit?.runs).toEqual([{ ...AUTUMN, state: 'loaded', fault: null }]);
  });

  it.each([
    ['no export asked for', null, 'neverLoaded', 'no export has asked for it'],
    ['an export could not bring', { state: 'failed', reason: 'TooLarge' }, 'gap', 'failed: TooLarge'],
    ['an export left behind', { state: 'pending' }, 'gap', 'asked for and not answered'],
    ['an export could not read again', { reason: 'Corrupt' }, 'gap', '(Corrupt); what was there before stands'],
    ['Genesys had more of before', { reason: 'Shrunk' }, 'fell', 'fewer agents; the rows of before were kept'],
    ['lost rows since it was loaded', { rows: 12 }, 'fell', '10 rows of the 12 that were loaded are there'],
    ['was never read again', { state: 'provisional' }, 'unsettled', 'not since'],
  ] as const)('names a day that %s', (_, change, fault, words) => {
    const { ok, findings } = judgeCoverage(withDay(wholeWarehouse(AUTUMN), '2026-10-07', change));
    expect(ok).toBe(false);
    expect(findings).toMatchObject([
      { fault, dataset: 'adherence', managementUnitId: 'mu-1', from: '2026-10-07', to: '2026-10-08', days: 1 },
    ]);
    const [line] = findings.map(describeFinding);
    expect(line).toContain('adherence of London Service Desk (mu-1), 2026-10-07');
    expect(line).toContain(words);
  });

  it('takes days that are asked for as on their way while an export runs, and a note as no fault', () => {
    const pending = withDay(wholeWarehouse(AUTUMN), '2026-10-07', { state: 'pending', rows: 0 });
    expect(judgeCoverage({ ...pending, exportsRun: true }).ok).toBe(true);
    expect(judgeCoverage(withDay(wholeWarehouse(AUTUMN), '2026-10-07', { reason: 'PresentUsersOnly' })).ok).toBe(true);
  });

  it('lets a provisional day wait for its last reading until some days after Genesys ceased to restate it', () => {
    // The horizon of 14 days begins on 8 November, and the last reading is due 14 days later.
    const until = (date: string) => judgeCoverage(withDay(wholeWarehouse(AUTUMN), date, { state: 'provisional' }));
    expect(until('2026-10-25').ok).toBe(true);
    expect(until('2026-10-24').findings).toMatchObject([{ fault: 'unsettled', cause: 'notReadAgain' }]);
  });

  it('tells days in a row with one fault as one finding', () => {
    const facts = ['2026-10-05', '2026-10-06', '2026-10-07', '2026-10-09'].reduce(
      (world, date) => withDay(world, date, null),
      wholeWarehouse(AUTUMN),
    );
    expect(judgeCoverage(facts).findings).toMatchObject([
      { from: '2026-10-05', to: '2026-10-08', days: 3 },
      { from: '2026-10-09', to: '2026-10-10', days: 1 },
    ]);
  });

  it('expects the last night where a nightly load brings it, and no more than was loaded where none does', () => {
    const late = wholeWarehouse({ from: '2026-09-01', to: '2026-11-20' });
    expect(judgeCoverage(late).findings).toMatchObject([
      { fault: 'neverLoaded', from: '2026-11-20', to: '2026-11-22', days: 2 },
    ]);
    expect(judgeCoverage({ ...late, expected: [] }).ok).toBe(true);
    expect(judgeCoverage({ ...late, expected: [{ datasets: ['occupancy'], units: null }] }).units).toMatchObject([
      { dataset: 'adherence', to: '2026-11-20' },
      { dataset: 'occupancy', from: '2026-11-21', to: '2026-11-22', days: { missing: 1 } },
    ]);
    expect(judgeCoverage({ ...late, expected: [{ datasets: ['adherence'], units: ['London Service Desk'] }] }).ok).toBe(
      false,
    );
  });

  it('names a unit that is new, and expects it from the first night on that is to bring it', () => {
    const facts = wholeWarehouse(AUTUMN);
    const units = [LONDON, AUCKLAND];
    expect(judgeCoverage({ ...facts, units })).toMatchObject({
      findings: [{ fault: 'neverLoaded', unit: 'Auckland Night Desk', from: '2026-11-22', to: '2026-11-23' }],
      newUnits: [{ dataset: 'adherence', unit: 'Auckland Night Desk', since: null, isExpected: true }],
    });
    expect(judgeCoverage({ ...facts, units, expected: [] })).toMatchObject({
      ok: true,
      newUnits: [{ unit: 'Auckland Night Desk', isExpected: false }],
    });
    const begun = wholeWarehouse({ from: '2026-11-10', to: '2026-11-23' }, { units: [AUCKLAND] });
    const both = {
      ...facts,
      units,
      days: [...facts.days, ...begun.days],
      counted: [...facts.counted, ...begun.counted],
    };
    expect(judgeCoverage(both)).toMatchObject({ ok: true, newUnits: [{ since: '2026-11-10' }] });
  });

  it('takes no unit for new whose first day is another’s by the clock of its zone', () => {
    const facts = wholeWarehouse(AUTUMN);
    const next = wholeWarehouse({ ...AUTUMN, from: addDays(AUTUMN.from, 1) }, { units: [AUCKLAND] });
    const units = [LONDON, AUCKLAND];
    const both = { ...facts, units, days: [...facts.days, ...next.days], counted: [...facts.counted, ...next.counted] };
    expect(judgeCoverage(both).newUnits).toEqual([]);
  });

  it('is not whole while a unit that a nightly load is to bring was never read by any export', () => {
    const facts = wholeWarehouse(AUTUMN);
    const expected = [
      { datasets: ['adherence' as const], units: ['London Service Desk', 'Lodnon Desk'] },
      { datasets: ['schedules' as const], units: ['Paris Desk'] },
    ];
    const promised = { ...facts, expected };
    expect(judgeCoverage(promised)).toMatchObject({ ok: false, unknownUnits: ['Lodnon Desk', 'Paris Desk'] });
    expect(judgeCoverage({ ...promised, only: { datasets: ['adherence'] } }).unknownUnits).toEqual(['Lodnon Desk']);
    expect(judgeCoverage({ ...promised, only: { units: ['London Service Desk'] } }).unknownUnits).toEqual([]);
    const closedUnits = ['Lodnon Desk', 'Paris Desk'].map((unit) => ({ unit, from: '2026-01-01' }));
    const rules = CoverageRules.parse({ closedUnits });
    expect(judgeCoverage({ ...promised, rules }).unknownUnits).toEqual([]);
  });

  it('expects nothing of a closed unit after the day on which it closed', () => {
    const facts = wholeWarehouse({ from: '2026-09-01', to: '2026-10-01' });
    const closed = (unit: string) => ({
      ...facts,
      rules: CoverageRules.parse({ closedUnits: [{ unit, from: '2026-10-01' }] }),
    });
    expect(judgeCoverage(closed('London Service Desk')).ok).toBe(true);
    expect(judgeCoverage(closed('mu-1')).ok).toBe(true);
    expect(judgeCoverage(closed('mu-9')).ok).toBe(false);
  });

  it('judges what was asked about alone, from the day that was asked for', () => {
    const facts = withDay(wholeWarehouse(AUTUMN, { datasets: ['adherence', 'occupancy'] }), '2026-10-07', null);
    expect(judgeCoverage({ ...facts, only: { datasets: ['occupancy'] } }).findings).toHaveLength(1);
    expect(judgeCoverage({ ...facts, only: { from: '2026-10-08' } }).ok).toBe(true);
    expect(judgeCoverage({ ...facts, only: { to: '2026-10-07' } }).ok).toBe(true);
    expect(judgeCoverage({ ...facts, only: { units: ['Somebody Else'] } }).units).toEqual([]);
    expect(judgeCoverage({ ...facts, only: { from: '2026-08-30', to: '2026-09-02' } }).findings).toMatchObject([
      { dataset: 'adherence', from: '2026-08-30', to: '2026-09-01' },
      { dataset: 'occupancy', from: '2026-08-30', to: '2026-09-01' },
    ]);
  });

  it('says of a unit that the structure no longer has, by its id', () => {
    const facts = { ...withDay(wholeWarehouse(AUTUMN), '2026-10-07', null), units: [], expected: [] };
    expect(judgeCoverage(facts).findings).toMatchObject([{ unit: 'mu-1', from: '2026-10-07' }]);
  });
});

describe('a day whose agents fell', () => {
  it('is one that has less than half of the agents that earlier days of its weekday have', () => {
    const facts = withAgents(wholeWarehouse(AUTUMN), { '2026-11-11': 4 });
    expect(judgeCoverage(facts).findings).toMatchObject([
      { fault: 'fell', cause: 'fewerAgents', from: '2026-11-11', figures: { found: 4, expected: 10 } },
    ]);
    expect(judgeCoverage(withAgents(wholeWarehouse(AUTUMN), { '2026-11-11': 5 })).ok).toBe(true);
  });

  it('is also one without anybody, though Genesys proved it empty', () => {
    const facts = withDay(withAgents(wholeWarehouse(AUTUMN), { '2026-11-11': 0 }), '2026-11-11', {
      state: 'empty',
      rows: 0,
    });
    expect(judgeCoverage(facts).findings).toMatchObject([{ cause: 'fewerAgents', figures: { found: 0 } }]);
  });

  it('is told by rows where the agents are there and most of their rows are not', () => {
    const facts = wholeWarehouse(AUTUMN, { datasets: ['occupancy'] });
    const fewer = {
      ...withDay(facts, '2026-11-11', { rows: 3 }),
      counted: facts.counted.map((day) =>
        day.localDate === '2026-11-11' ? { ...day, rows: { occupancy_interval: 3 } } : day,
      ),
    };
    expect(judgeCoverage(fewer).findings).toMatchObject([
      { fault: 'fell', cause: 'fewerRows', figures: { found: 3, expected: 10 } },
    ]);
  });

  it.each([
    ['a weekend day is compared with weekends', { '2026-11-15': 10, ...weekendsOf(1) }, {}],
    ['a holiday that is named', { '2026-11-11': 0 }, { quietDays: ['2026-11-11'] }],
    ['a share that is set to nothing', { '2026-11-11': 4 }, { agentsShare: 0, rowsShare: 0 }],
    ['a unit of few people', allOf(4, { '2026-11-11': 1 }), {}],
    ['a first weeks without anything to compare with', { '2026-09-16': 1 }, {}],
  ])('is not found where it means nothing: %s', (_, agents, rules) => {
    const facts = withAgents(wholeWarehouse(AUTUMN), agents);
    expect(judgeCoverage({ ...facts, rules: CoverageRules.parse(rules) }).findings).toEqual([]);
  });

  it('is told for some weeks of a unit that shrank for good, and then taken as it is', () => {
    const shrunk = Object.fromEntries(
      localDays('UTC', '2026-10-14', '2026-11-22').map(({ localDate }) => [localDate, 3]),
    );
    const { findings } = judgeCoverage(withAgents(wholeWarehouse(AUTUMN), shrunk));
    const found = findings.map(({ from }) => from);
    expect(found).toContain('2026-10-14');
    expect(found).toContain('2026-10-28');
    expect(found).not.toContain('2026-11-04');
  });

  it('is not looked for among days whose rows were not counted', () => {
    const facts = { ...withAgents(wholeWarehouse(AUTUMN), { '2026-11-01': 1 }), countedFrom: '2026-11-02' };
    const without = { ...facts, counted: facts.counted.filter(({ localDate }) => localDate >= '2026-11-02') };
    expect(judgeCoverage(without).ok).toBe(true);
  });
});

describe('every judgement', () => {
  it('has each expected day in one run, and each day at fault in one finding', () => {
    fc.assert(
      fc.property(drawnChanges, (changes) => {
        const facts = factsWith(changes);
        const { units, findings, ok } = judgeCoverage(facts);
        for (const { dataset, managementUnitId, timeZone, from, to, runs, days } of units) {
          const dates = localDays(timeZone, from, to).map(({ localDate }) => localDate);
          expect(runs.flatMap((run) => localDays(timeZone, run.from, run.to).map((day) => day.localDate))).toEqual(
            dates,
          );
          expect(Object.values(days).reduce((sum, count) => sum + count, 0)).toBe(dates.length);
          const faulty = runs.flatMap((run) =>
            run.fault === null
              ? []
              : localDays(timeZone, run.from, run.to).map((day) => `${day.localDate} ${run.fault}`),
          );
          const named = findings
            .filter((finding) => finding.dataset === dataset && finding.managementUnitId === managementUnitId)
            .flatMap((finding) =>
              localDays(timeZone, finding.from, finding.to).map((day) => `${day.localDate} ${finding.fault}`),
            );
          expect(named).toEqual(faulty);
        }
        expect(ok).toBe(findings.length === 0);
      }),
      { numRuns: 30, seed: 31 },
    );
  });

  it('finds a day that is taken out of coverage, and nothing new elsewhere', () => {
    fc.assert(
      fc.property(drawnChanges, fc.nat(), (changes, at) => {
        const facts = factsWith(changes);
        const judged = judgeCoverage(facts);
        const inside = facts.days.filter(({ localDate }) => localDate > '2026-10-01' && localDate < '2026-11-21');
        const gone = inside[at % Math.max(1, inside.length)];
        if (!gone) return;
        const after = judgeCoverage({ ...facts, days: facts.days.filter((day) => day !== gone) });
        const missing = after.findings.filter(
          (finding) =>
            finding.fault === 'neverLoaded' &&
            finding.dataset === gone.dataset &&
            finding.managementUnitId === gone.managementUnitId &&
            finding.from <= gone.localDate &&
            gone.localDate < finding.to,
        );
        expect(missing).toHaveLength(1);
        const others = (fault: 'gap' | 'neverLoaded', { findings }: typeof judged) =>
          findings
            .filter((finding) => finding.fault === fault)
            .flatMap(({ dataset, managementUnitId, from, to }) =>
              localDays('UTC', from, to).map(({ localDate }) => `${dataset} ${managementUnitId} ${localDate}`),
            )
            .filter((key) => key !== `${gone.dataset} ${gone.managementUnitId} ${gone.localDate}`);
        expect(others('gap', after)).toEqual(others('gap', judged));
        expect(others('neverLoaded', after)).toEqual(others('neverLoaded', judged));
      }),
      { numRuns: 30, seed: 32 },
    );
  });
});

/** Two units and datasets from October on, days of all states, some without a line. */
const drawnChanges = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 50 }),
    change: fc.constantFrom<Partial<CoveredDay> | null>(
      null,
      { state: 'failed', reason: 'TooLarge' },
      { state: 'failed', reason: 'Corrupt' },
      { state: 'pending' },
      { state: 'provisional' },
      { reason: 'Shrunk' },
      { rows: 11 },
      { state: 'empty', rows: 0 },
    ),
  }),
  { maxLength: 25 },
);

function factsWith(changes: readonly { at: number; change: Partial<CoveredDay> | null }[]): CoverageFacts {
  return changes.reduce(
    (facts, { at, change }) => withDay(facts, addDays('2026-10-01', at), change),
    wholeWarehouse(
      { from: '2026-10-01', to: '2026-11-22' },
      { datasets: ['adherence', 'schedules'], units: [LONDON, AUCKLAND] },
    ),
  );
}

function weekendsOf(agents: number): Record<string, number> {
  const dates = localDays('UTC', AUTUMN.from, AUTUMN.to).map(({ localDate }) => localDate);
  return Object.fromEntries(
    dates.filter((date) => [0, 6].includes(new Date(date).getUTCDay())).map((date) => [date, agents]),
  );
}

function allOf(agents: number, but: Record<string, number>): Record<string, number> {
  const dates = localDays('UTC', AUTUMN.from, AUTUMN.to).map(({ localDate }) => localDate);
  return { ...Object.fromEntries(dates.map((date) => [date, agents])), ...but };
}
