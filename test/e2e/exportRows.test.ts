import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WindowSeal } from '../../src/domain/seal.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ExpectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { coverageOf, expectedCoverage, FACT_TABLES as TABLES, factRows, truth } from '../support/exportTruth.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { teachJobTimes } from '../support/teachJobTimes.js';
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

/** The one with neighbours on both sides to whom people moved and from whom they came; one of them has intervals half as long as its own. */
const FIRST_UNIT = { ...SPRING, managementUnits: ['Lord Howe'] };

describe('an export of units in every kind of zone, after one of a single unit', () => {
  let rig: ExportRig;
  let first: HistoryExportResult;
  let spring: HistoryExportResult;
  let expected: ExpectedRows;
  beforeAll(async () => {
    rig = await startExportRig('export-rows', SIX_UNITS);
    teachJobTimes(rig.directory, SIX_UNITS);
    await rig.startWorker();
    expected = truth(rig.simulator, SIX_UNITS, SPRING);
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  it(
    'brings the adherence of one unit alone',
    async () => {
      first = await rig.export({ ...EVERYTHING, ...FIRST_UNIT }, 'spring of Lord Howe');
      expect(first).toMatchObject({ status: 'complete', gaps: [], windows: 5 * 2 });
      const alone = truth(rig.simulator, SIX_UNITS, FIRST_UNIT);
      for (const table of ['adherence_day', 'adherence_exception', 'adherence_actual'] as const)
        expect(rowDifferences(await factRows(rig, table), alone[table])).toEqual(NO_DIFFERENCE);
      expect((await rig.verify(first.head)).broken).toEqual([]);
    },
    5 * MINUTES,
  );

  it(
    'then brings the others, with the rows that it says; intervals of those who moved are taken from the unit that was there first',
    async () => {
      spring = await rig.export({ ...EVERYTHING, ...SPRING }, 'spring');
      expect(spring).toMatchObject({ status: 'complete', gaps: [], windows: 5 * 4 * 2 });
      const taken = await rowsTaken(rig);
      expect(taken).toBeGreaterThan(0);
      for (const table of TABLES)
        expect(`${table}: ${(first.rows[table] ?? 0) + (spring.rows[table] ?? 0)}`).toBe(
          `${table}: ${expected[table].length + (table === 'occupancy_interval' ? taken : 0)}`,
        );
    },
    5 * MINUTES,
  );

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
    'has each day covered once, loaded with its rows',
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
      expect(await rig.verify(spring.head)).toMatchObject({ ok: true, windows: 5 * 5 * 2, broken: [] });
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
    'gives the same rows and coverage when all of it is loaded again, though the unit that was first then has fewer people than before',
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

  describe('at both ends of what there is', () => {
    const year = { from: '2023-03-01', to: '2024-03-01', managementUnits: ['Singapore'] };
    const today = todayOf('America/St_Johns');
    const late = { from: daysBefore(today, 17), to: daysBefore(today, 1), managementUnits: ['St. John’s'] };
    let heads: string[];
    beforeAll(async () => {
      const [before, last] = await Promise.all([
        rig.export(
          { ...EVERYTHING, exceptions: false, ...year, windowDays: { adherence: 31, occupancy: 31 } },
          'the year before',
        ),
        rig.export({ ...EVERYTHING, ...late }, 'of late'),
      ]);
      expect(before).toMatchObject({ status: 'complete', gaps: [], windows: 12 * 2 });
      expect(last).toMatchObject({ status: 'complete', gaps: [] });
      heads = [before.head, last.head];
    }, 5 * MINUTES);

    it(
      'has a year before the first data as empty days, proven by landings',
      async () => {
        const days = (await coverageOf(rig)).filter((day) => String(day['localDate']) < year.to);
        const rows = truth(rig.simulator, SIX_UNITS, year);
        expect(rows.adherence_day).toEqual([]);
        expect(days).toHaveLength(366 * 2);
        expect(rowDifferences(days, expectedCoverage(rig.simulator, rows, year))).toEqual(NO_DIFFERENCE);
        for (const head of heads) expect((await rig.verify(head)).broken).toEqual([]);
      },
      2 * MINUTES,
    );

    it(
      'keeps the last 14 days provisional, because Genesys still restates them',
      async () => {
        const days = await rig.read((warehouse) =>
          warehouse.query(
            `SELECT dataset, local_date::TEXT AS day, state FROM coverage WHERE local_date >= '${late.from}' ORDER BY ALL`,
          ),
        );
        // The day that it was when they were loaded: it may have ended since.
        const onDay = (date: string) =>
          ['adherence', 'occupancy'].flatMap((dataset) =>
            Array.from({ length: 16 }, (_, at) => daysBefore(today, 17 - at)).map((day) => ({
              ...{ dataset, day, state: day < daysBefore(date, 14) ? 'loaded' : 'provisional' },
            })),
          );
        expect([onDay(today), onDay(todayOf('America/St_Johns'))]).toContainEqual(days);
        expect(new Set(days.map(({ state }) => state)).size).toBe(2);
        const rows = truth(rig.simulator, SIX_UNITS, late);
        for (const table of TABLES)
          expect(rowDifferences(await factRows(rig, table, `local_date >= '${late.from}'`), rows[table])).toEqual(
            NO_DIFFERENCE,
          );
      },
      2 * MINUTES,
    );
  });
});

function todayOf(timeZone: string): string {
  return new Date().toLocaleDateString('en-CA', { timeZone });
}

function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10);
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
  await eventually('its windows are planned', async () => {
    const handle = rig.client.workflow.getHandle(workflowId);
    return (await handle.query<{ windows: { total: number } }>('progress')).windows.total > 0;
  });
}
