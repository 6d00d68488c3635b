import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { ExpectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { coverageOf, expectedCoverage, factRows, SCHEDULE_TABLES, truth } from '../support/exportTruth.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const NO_DIFFERENCE = { missing: [], unexpected: [] };

/**
 * Clocks go forward in London (31 March) and back by half an hour on Lord Howe (7 April). The first three share a business unit, whose
 * weeks are Singapore's; Kathmandu's begin on Wednesdays. People come, go and move between neighbours of this list.
 */
const ORGANISATION: SimulatorOptions = {
  tokenLimitPerMinute: null,
  seed: 12,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 12 },
    { name: 'London', timeZone: 'Europe/London', agents: 12, startDayOfWeek: 'Sunday' },
    { name: 'Lord Howe', timeZone: 'Australia/Lord_Howe', agents: 12 },
    { name: 'Kathmandu', timeZone: 'Asia/Kathmandu', agents: 12, businessUnit: 'Nepal', startDayOfWeek: 'Wednesday' },
  ],
  historyStarts: '2024-03-27',
  changes: { from: '2024-03-30', to: '2024-04-10' },
  // Some answers come in the body, some behind a URL.
  schedules: { inlineBytes: 60_000 },
};
const SPRING = {
  from: '2024-03-25',
  to: '2024-04-10',
  managementUnits: ['Singapore', 'London', 'Lord Howe', 'Kathmandu'],
};

describe('an export of schedules of units in several zones', () => {
  let rig: ExportRig;
  let result: HistoryExportResult;
  let expected: ExpectedRows;
  beforeAll(async () => {
    rig = await startExportRig('export-schedules', ORGANISATION);
    await rig.startWorker();
    result = await rig.export({ datasets: ['schedules'], ...SPRING }, 'schedules');
    expected = truth(rig.simulator, ORGANISATION, SPRING);
  }, 10 * MINUTES);
  afterAll(async () => await rig.close());

  it('ends complete, with the rows that it says, in the calls that it cannot do without', () => {
    const { status, gaps, rows, calls } = result;
    expect({ status, gaps, calls: calls.made }).toEqual({ status: 'complete', gaps: [], calls: calls.minimum });
    expect(rows).toEqual(Object.fromEntries(SCHEDULE_TABLES.map((table) => [table, expected[table].length])));
    expect(Object.keys(rig.simulator.counts().calls).filter((call) => call.includes('download'))).not.toEqual([]);
  });

  it.each(SCHEDULE_TABLES)(
    'has every row of %s as it was published, and no other',
    async (table) => {
      expect(expected[table].length).toBeGreaterThan(400);
      expect(rowDifferences(await factRows(rig, table), expected[table])).toEqual(NO_DIFFERENCE);
    },
    2 * MINUTES,
  );

  it('has shifts over midnight, on the local day on which they begin', () => {
    const overMidnight = expected.schedule_shift.filter(
      ({ local_date, management_unit_id, end_at }) =>
        management_unit_id === rig.simulator.units[0]?.id &&
        new Date(Date.parse(String(end_at)) - 1 + 8 * 3_600_000).toISOString().slice(0, 10) !== local_date,
    );
    expect(overMidnight.length).toBeGreaterThan(0);
  });

  it(
    'has each day covered: loaded with its rows, or empty where nobody was scheduled',
    async () => {
      const days = expectedCoverage(rig.simulator, expected, SPRING, ['schedules']);
      expect(days).toHaveLength(4 * 16);
      expect(rowDifferences(await coverageOf(rig), days)).toEqual(NO_DIFFERENCE);
    },
    2 * MINUTES,
  );

  it(
    'is verified against the head that it handed over, and asks nothing when it is started again',
    async () => {
      expect(await rig.verify(result.head)).toMatchObject({ ok: true, windows: result.windows, broken: [] });
      const again = await rig.export({ datasets: ['schedules'], ...SPRING }, 'schedules again');
      expect(again).toMatchObject({ status: 'complete', windows: 0, rows: {} });
    },
    2 * MINUTES,
  );
});
