import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WindowSeal } from '../../src/domain/seal.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ExpectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import {
  coverageOf,
  expectedCoverage,
  FACT_TABLES as TABLES,
  factRows,
  truth,
  unitIds,
} from '../support/exportTruth.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

/** An export of some weeks takes seconds on a quiet machine; limits are for busy ones. */
const MINUTES = 60_000;

const EVERYTHING = { datasets: ['adherence', 'occupancy'], exceptions: true, actuals: true };
const NO_DIFFERENCE = { missing: [], unexpected: [] };
const QUICK = { tokenLimitPerMinute: null, jobSeconds: { min: 0.1, max: 0.5 } } as const;

/**
 * People come, go and move between neighbours of this list while the clocks change in three of the zones.
 *
 * The last two are too small to have anybody move on, so that all who ever were in the last one are only there.
 */
const SIX_UNITS: SimulatorOptions = {
  ...QUICK,
  seed: 11,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'London', timeZone: 'Europe/London', agents: 20 },
    { name: 'Lord Howe', timeZone: 'Australia/Lord_Howe', agents: 20 },
    { name: 'Kathmandu', timeZone: 'Asia/Kathmandu', agents: 20 },
    { name: 'Cairo', timeZone: 'Africa/Cairo', agents: 6 },
    { name: 'St. John’s', timeZone: 'America/St_Johns', agents: 6 },
  ],
  historyStarts: '2024-03-27',
  changes: { from: '2024-03-30', to: '2024-04-20' },
};

/** Clocks go forward in London (31 March) and Cairo (26 April, at midnight), back by half an hour on Lord Howe (7 April). */
const SPRING = {
  from: '2024-03-25',
  to: '2024-04-29',
  managementUnits: ['Singapore', 'London', 'Lord Howe', 'Kathmandu', 'Cairo'],
};
/** Clocks go back in London (27 October), Cairo (31 October, at midnight) and St. John's (3 November). */
const AUTUMN = { from: '2024-10-26', to: '2024-11-05', managementUnits: ['London', 'Cairo', 'St. John’s'] };
/** Clocks go forward by half an hour on Lord Howe (6 October). */
const LORD_HOWE = { from: '2024-10-05', to: '2024-10-08', managementUnits: ['Lord Howe'] };

describe('an export of units in every kind of zone', () => {
  let rig: ExportRig;
  let spring: HistoryExportResult;
  let expected: ExpectedRows;
  beforeAll(async () => {
    rig = await startExportRig('export-rows', SIX_UNITS);
    await rig.startWorker();
    spring = await rig.export({ ...EVERYTHING, ...SPRING }, 'spring');
    expected = truth(rig.simulator, SIX_UNITS, SPRING);
  }, 10 * MINUTES);
  afterAll(async () => await rig.close());

  it('ends complete, with the rows that it says', () => {
    const { status, gaps, windows, rows } = spring;
    expect({ status, gaps, windows }).toEqual({ status: 'complete', gaps: [], windows: 5 * 5 * 2 });
    expect(rows).toEqual(Object.fromEntries(TABLES.map((table) => [table, expected[table].length])));
  });

  it.each(TABLES)(
    'has every row of %s as the organisation has it, and no other',
    async (table) => {
      expect(expected[table].length).toBeGreaterThan(1000);
      expect(rowDifferences(await factRows(rig, table), expected[table])).toEqual(NO_DIFFERENCE);
    },
    2 * MINUTES,
  );

  it('has days of 23, 24 and 24.5 hours, and quarters of an hour where half hours do not fit the zone', () => {
    const lengths = new Set(expected.adherence_day.map((row) => Number(row['day_length_seconds']) / 3600));
    expect([...lengths].sort()).toEqual([23, 24, 24.5]);
    const minutes = new Set(
      expected.occupancy_interval.map(
        (row) => (Date.parse(String(row['interval_end'])) - Date.parse(String(row['interval_start']))) / 60_000,
      ),
    );
    expect([...minutes].sort()).toEqual([15, 30]);
  });

  it(
    'has each day covered once: loaded with its rows, or empty where the organisation has none',
    async () => {
      expect(rowDifferences(await coverageOf(rig), expectedCoverage(rig.simulator, expected, SPRING))).toEqual(
        NO_DIFFERENCE,
      );
    },
    2 * MINUTES,
  );

  it(
    'is verified against the head that it handed over',
    async () => {
      expect(await rig.verify(spring.head)).toMatchObject({ ok: true, windows: spring.windows, broken: [] });
    },
    2 * MINUTES,
  );

  it(
    'asks nothing of adherence and occupancy when it is started again',
    async () => {
      const before = datasetCalls(rig);
      const again = await rig.export({ ...EVERYTHING, ...SPRING }, 'spring again');
      expect({ status: again.status, windows: again.windows, rows: again.rows }).toEqual({
        status: 'complete',
        windows: 0,
        rows: {},
      });
      expect(datasetCalls(rig)).toEqual(before);
    },
    2 * MINUTES,
  );

  it(
    'loads each window once when two exports of the same days run at once, and one overtakes the other',
    async () => {
      const seals = await sealsByWindow(rig);
      const jobs = rig.simulator.counts().jobs.total;
      // Starts a week earlier and goes slowly, so that the other brings windows which this one has planned and not started.
      const earlier = { ...AUTUMN, from: '2024-10-19' };
      const slow = await rig.start({ ...EVERYTHING, ...earlier, maxParallelWindows: 1 }, 'autumn, slowly');
      await untilPlanned(rig, 'autumn, slowly');
      const [quick, lordHowe] = await Promise.all([
        rig.export({ ...EVERYTHING, ...AUTUMN }, 'autumn'),
        rig.export({ ...EVERYTHING, ...LORD_HOWE }, 'Lord Howe in October'),
      ]);
      const results = [await slow.result, quick, lordHowe];
      expect(results.map(({ status, gaps }) => ({ status, gaps }))).toEqual(
        Array(3).fill({ status: 'complete', gaps: [] }),
      );
      const added = [...(await sealsByWindow(rig))].filter(([window]) => !seals.has(window));
      // Three units of three windows, and one of one; of both datasets.
      expect(added).toHaveLength((3 * 3 + 1) * 2);
      expect(added.filter(([, loads]) => loads !== 1)).toEqual([]);
      expect(rig.simulator.counts().jobs).toMatchObject({ total: jobs + 3 * 3 + 1, duplicates: 0 });

      for (const table of TABLES) {
        const ranges = [earlier, LORD_HOWE].flatMap((range) => truth(rig.simulator, SIX_UNITS, range)[table]);
        expect(rowDifferences(await factRows(rig, table, `local_date > '2024-06-01'`), ranges)).toEqual(NO_DIFFERENCE);
      }
      expect((await rig.verify(results[0]?.head ?? '')).broken).toEqual([]);
    },
    10 * MINUTES,
  );

  it(
    'has days of 23.5 and 25 hours of autumn too',
    async () => {
      const rows = await rig.read((warehouse) =>
        warehouse.query(
          `SELECT DISTINCT time_zone, local_date, day_length_seconds / 3600 AS hours FROM adherence_day
           WHERE local_date > '2024-06-01' AND day_length_seconds <> 86400 ORDER BY ALL`,
        ),
      );
      expect(rows).toEqual([
        { time_zone: 'Africa/Cairo', local_date: '2024-10-31', hours: 25 },
        { time_zone: 'America/St_Johns', local_date: '2024-11-03', hours: 25 },
        { time_zone: 'Australia/Lord_Howe', local_date: '2024-10-06', hours: 23.5 },
        { time_zone: 'Europe/London', local_date: '2024-10-27', hours: 25 },
      ]);
    },
    2 * MINUTES,
  );

  it(
    'gives the same rows and coverage when all of it is loaded again',
    async () => {
      const twoWeeks = { ...SPRING, from: '2024-03-25', to: '2024-04-08' };
      const before = await sealsByWindow(rig);
      const again = await rig.export({ ...EVERYTHING, ...twoWeeks, reload: 'all' }, 'spring, all again');
      expect(again).toMatchObject({ status: 'complete', gaps: [], windows: 5 * 2 * 2 });
      const after = await sealsByWindow(rig);
      expect([...after].filter(([window, loads]) => loads !== before.get(window))).toHaveLength(5 * 2 * 2);
      for (const table of TABLES)
        expect(rowDifferences(await factRows(rig, table, `local_date < '2024-06-01'`), expected[table])).toEqual(
          NO_DIFFERENCE,
        );
      const spring = (await coverageOf(rig)).filter((day) => String(day['localDate']) < '2024-06-01');
      expect(rowDifferences(spring, expectedCoverage(rig.simulator, expected, SPRING))).toEqual(NO_DIFFERENCE);
      expect((await rig.verify(again.head)).broken).toEqual([]);
    },
    10 * MINUTES,
  );
});

const TWO_UNITS: SimulatorOptions = {
  ...QUICK,
  seed: 12,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 20 },
    { name: 'St. John’s', timeZone: 'America/St_Johns', agents: 20 },
  ],
  historyStarts: '2024-03-01',
  changes: { from: '2024-03-03', to: '2024-03-14' },
};
const MARCH = { from: '2024-03-01', to: '2024-03-22', managementUnits: ['Singapore', 'St. John’s'] };

describe('an export of one unit, and of another one later', () => {
  let rig: ExportRig;
  beforeAll(async () => {
    rig = await startExportRig('export-later', TWO_UNITS);
    await rig.startWorker();
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  it.each([
    { unit: 'Singapore', to: '2024-03-22', weeks: 3 },
    { unit: 'St. John’s', to: '2024-03-15', weeks: 2 },
  ])(
    'brings the adherence of $unit alone, $weeks weeks',
    async ({ unit, to, weeks }) => {
      const alone = { ...MARCH, to, managementUnits: [unit] };
      const result = await rig.export({ ...EVERYTHING, ...alone }, `${unit} in March`);
      expect(result).toMatchObject({ status: 'complete', gaps: [], windows: weeks * 2 });
      const ofUnit = `management_unit_id = '${unitId(rig, unit)}'`;
      for (const table of ['adherence_day', 'adherence_exception', 'adherence_actual'] as const)
        expect(
          rowDifferences(await factRows(rig, table, ofUnit), truth(rig.simulator, TWO_UNITS, alone)[table]),
        ).toEqual(NO_DIFFERENCE);
      expect((await rig.verify(result.head)).broken).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'then has the intervals of those who moved with the unit that held them, taken from the one that was there first',
    async () => {
      const weeks = { ...MARCH, to: '2024-03-15' };
      const rows = truth(rig.simulator, TWO_UNITS, weeks);
      for (const table of TABLES)
        expect(rowDifferences(await factRows(rig, table, `local_date < '${weeks.to}'`), rows[table])).toEqual(
          NO_DIFFERENCE,
        );
      const days = (await coverageOf(rig)).filter((day) => String(day['localDate']) < weeks.to);
      expect(rowDifferences(days, expectedCoverage(rig.simulator, rows, weeks))).toEqual(NO_DIFFERENCE);
      expect(await rowsTaken(rig)).toBeGreaterThan(0);
    },
    5 * MINUTES,
  );

  it(
    'loses nobody when both are loaded again at once, though the first unit then has fewer people than before',
    async () => {
      const result = await rig.export({ ...EVERYTHING, ...MARCH, reload: 'all' }, 'March, both again');
      expect(result).toMatchObject({ status: 'complete', gaps: [] });
      const rows = truth(rig.simulator, TWO_UNITS, MARCH);
      for (const table of TABLES)
        expect(rowDifferences(await factRows(rig, table), rows[table])).toEqual(NO_DIFFERENCE);
      expect(rowDifferences(await coverageOf(rig), expectedCoverage(rig.simulator, rows, MARCH))).toEqual(
        NO_DIFFERENCE,
      );
      expect((await rig.verify(result.head)).broken).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'has a year before the first data as empty days, proven by landings',
    async () => {
      const year = { from: '2023-03-01', to: '2024-03-01', managementUnits: ['Singapore'] };
      const result = await rig.export(
        {
          ...year,
          datasets: ['adherence', 'occupancy'],
          exceptions: false,
          windowDays: { adherence: 31, occupancy: 31 },
        },
        'the year before',
      );
      expect(result).toMatchObject({ status: 'complete', gaps: [], windows: 12 * 2 });
      const days = (await coverageOf(rig)).filter((day) => String(day['localDate']) < '2024-03-01');
      const rows = truth(rig.simulator, TWO_UNITS, year);
      expect(rows.adherence_day).toEqual([]);
      expect(days).toHaveLength(366 * 2);
      expect(rowDifferences(days, expectedCoverage(rig.simulator, rows, year))).toEqual(NO_DIFFERENCE);
      expect((await rig.verify(result.head)).broken).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'keeps the last 14 days provisional, because Genesys still restates them',
    async () => {
      const today = new Date().toLocaleDateString('en-CA', { timeZone: 'America/St_Johns' });
      const range = { from: daysBefore(today, 17), to: daysBefore(today, 1), managementUnits: ['St. John’s'] };
      const result = await rig.export({ ...EVERYTHING, ...range }, 'of late');
      expect(result).toMatchObject({ status: 'complete', gaps: [] });
      const states = await rig.read((warehouse) =>
        warehouse.query(
          `SELECT dataset, state, count(*) AS days, max(local_date)::TEXT < '${daysBefore(today, 14)}' AS older
           FROM coverage WHERE local_date >= '${range.from}' GROUP BY dataset, state ORDER BY ALL`,
        ),
      );
      expect(states).toEqual([
        { dataset: 'adherence', state: 'loaded', days: 3, older: true },
        { dataset: 'adherence', state: 'provisional', days: 13, older: false },
        { dataset: 'occupancy', state: 'loaded', days: 3, older: true },
        { dataset: 'occupancy', state: 'provisional', days: 13, older: false },
      ]);
      const rows = truth(rig.simulator, TWO_UNITS, range);
      for (const table of TABLES)
        expect(rowDifferences(await factRows(rig, table, `local_date >= '${range.from}'`), rows[table])).toEqual(
          NO_DIFFERENCE,
        );
    },
    5 * MINUTES,
  );
});

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);
}

function unitId(rig: ExportRig, name: string): string {
  return unitIds(rig.simulator, [name])[0] ?? name;
}

/** Calls about adherence and occupancy, by the simulator's counters. */
function datasetCalls(rig: ExportRig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rig.simulator.counts().calls).filter(([call]) => /adherence|aggregates|downloads/.test(call)),
  );
}

async function sealsByWindow(rig: ExportRig): Promise<Map<string, number>> {
  const rows = await rig.read((warehouse) =>
    warehouse.query('SELECT window_id, count(*) AS seals FROM custody_seal WHERE window_id IS NOT NULL GROUP BY ALL'),
  );
  return new Map(rows.map((row) => [String(row['window_id']), Number(row['seals'])]));
}

/** Intervals that loads took from another unit's days, by the seals. */
async function rowsTaken(rig: ExportRig): Promise<number> {
  const store = openFileStore({ directory: rig.objects, readOnly: true });
  let rows = 0;
  for (const path of await store.list('seals/export/occupancy')) {
    const seal = WindowSeal.parse(JSON.parse(Buffer.from((await store.read(path)) ?? []).toString('utf8')));
    for (const taken of seal.taken) rows += taken.rows;
  }
  return rows;
}

async function untilPlanned(rig: ExportRig, workflowId: string): Promise<void> {
  for (;;) {
    const progress = await rig.client.workflow.getHandle(workflowId).query<{ windows: { total: number } }>('progress');
    if (progress.windows.total > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
