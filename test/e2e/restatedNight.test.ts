import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CoverageReport } from '../../src/cli/coverage/coverageReport.js';
import { addDays, localDateOf } from '../../src/domain/calendar.js';
import type { NightlyLoadResult } from '../../src/domain/nightly/nightlyLoadResult.js';
import type { RowChanges } from '../../src/domain/rowChanges.js';
import { expectedRows } from '../../src/simulator/expectedRows.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { nightlyRuns } from '../../src/temporal/nightly/nightlyRuns.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { postgresServer, testSchema, type TestSchema } from '../support/postgresServer.js';
import { type PlainRow, rowDifferences } from '../support/rowDifferences.js';
import { type EndedCommand, lastJson, runRosterline } from '../support/runRosterline.js';
import { PROVENANCE, without } from '../support/withoutColumns.js';

const MINUTES = 60_000;
const HOUR_MS = 3_600_000;
const TABLES = ['adherence_day', 'adherence_exception', 'occupancy_interval'] as const;
type Table = (typeof TABLES)[number];
const UNIT_DAY_PERSON = ['management_unit_id', 'local_date', 'user_id'];
const KEYS: Readonly<Record<Table, readonly string[]>> = {
  adherence_day: UNIT_DAY_PERSON,
  adherence_exception: [...UNIT_DAY_PERSON, 'start_at', 'end_at'],
  occupancy_interval: ['user_id', 'interval_start', 'local_date'],
};
const SAME = { missing: [], unexpected: [] };

/** A zone in which it is the middle of the day, so that no midnight comes while the nights run. */
const ZONE = zoneAtTwo(new Date());
const TODAY = localDateOf(ZONE, new Date().toISOString());
const FROM = addDays(TODAY, -5);
/** Genesys restates the days of the last three; two more are looked back at. */
const NIGHTLY = `nightly:
  - { name: all-units, at: '02:30', timeZone: ${ZONE}, horizonDays: 3, lookBackDays: 2 }
`;

const ORGANISATION: SimulatorOptions = {
  seed: 11,
  jobSeconds: 0.1,
  tokenLimitPerMinute: null,
  turnover: false,
  restatedDays: 3,
  // One answer until half an hour from now by the simulator's clock, another one after.
  restatedEverySeconds: Math.ceil(Date.now() / 1000) + 1800,
  units: [
    { name: 'Leeds', timeZone: ZONE, agents: 6 },
    { name: 'Austin', timeZone: ZONE, agents: 6 },
  ],
};

let rig: ExportRig;
let schema: TestSchema;
let aheadMs = 0;

beforeAll(async () => {
  schema = await testSchema(await postgresServer());
  const { user, host, port, database, password, schema: name } = schema.config;
  rig = await startExportRig(
    'restated',
    { ...ORGANISATION, now: () => Date.now() + aheadMs },
    {
      settings: {
        WAREHOUSE_URL: `postgres://${user}@${host}:${port}/${database}?schema=${name}&sslmode=disable`,
        ...(password === null ? {} : { WAREHOUSE_PASSWORD: password }),
      },
    },
  );
  await rig.startWorker();
}, 3 * MINUTES);
afterAll(async () => {
  await rig.close();
  await schema.drop();
}, MINUTES);

describe('nights of a schedule, by the command line on Postgres', () => {
  it(
    'write exactly the rows that Genesys restated since, and count them',
    async () => {
      await writeFile(join(rig.directory, 'rosterline.yaml'), NIGHTLY);
      expect((await command('nightly', 'apply')).code).toBe(0);
      const first = await nightTriggered(1);
      expect(first).toMatchObject({ status: 'complete', coverage: { ok: true } });
      const before = await rowsThere();
      for (const table of TABLES) expect(rowDifferences(values(before[table]), truth(table))).toEqual(SAME);

      aheadMs = HOUR_MS;
      const second = await nightTriggered(2);
      expect(second).toMatchObject({ status: 'complete', coverage: { ok: true }, gaps: [] });
      const after = await rowsThere();
      for (const table of TABLES) {
        expect(rowDifferences(values(after[table]), truth(table))).toEqual(SAME);
        expect(second.changes[table]).toEqual(changesBetween(table, before[table], after[table]));
      }
      const fresh = TABLES.flatMap((table) => freshOf(before[table], after[table]));
      expect(fresh.length).toBeGreaterThan(0);
      expect(fresh.filter((row) => String(row['local_date']) < addDays(TODAY, -3))).toEqual([]);
      expect(second.changes['occupancy_interval']).toMatchObject({ inserted: 0, changed: 0, deleted: 0 });

      const { stdout } = await command('nightly', 'describe', 'all-units');
      const count = (of: (changes: RowChanges) => number) =>
        Object.values(second.changes).reduce((sum, changes) => sum + of(changes), 0);
      const [inserted, gone] = [
        count((changes) => changes.inserted),
        count(({ changed, deleted }) => changed + deleted),
      ];
      expect(stdout).toMatch(new RegExp(` complete .* ${inserted} +${gone} +0 +${second.calls.made}$`, 'm'));
    },
    10 * MINUTES,
  );

  it(
    'leave coverage whole; what is lost after them is named, and repaired alone',
    async () => {
      expect((await command('coverage')).code).toBe(0);
      const before = await rowsThere();
      const lost = before.adherence_day.at(-1);
      const [unit, day] = [String(lost?.['management_unit_id']), String(lost?.['local_date'])];
      for (const table of ['adherence_day', 'adherence_exception'])
        await schema.admin(`DELETE FROM ${table} WHERE management_unit_id = $1 AND local_date = $2`, [unit, day]);
      await schema.admin(
        `UPDATE coverage SET state = 'failed', "rows" = 0, reason = 'TooLarge' WHERE dataset = 'adherence' AND management_unit_id = $1 AND local_date = $2`,
        [unit, day],
      );

      const judged = await command('coverage', '--json');
      const { findings, temporal } = lastJson(judged) as CoverageReport;
      expect(judged.code).toBe(3);
      expect(findings).toMatchObject([
        { fault: 'gap', dataset: 'adherence', managementUnitId: unit, from: day, to: addDays(day, 1), days: 1 },
      ]);
      expect(temporal).toMatchObject({ missedNights: [], pausedNights: [] });

      const repaired = await command('coverage', 'repair', '--wait', '--json');
      expect({ code: repaired.code, ...(lastJson(repaired) as object) }).toMatchObject({
        code: 0,
        exports: [{ from: day, to: addDays(day, 1), managementUnits: [unit] }],
        left: [],
      });
      expect((await command('coverage')).stdout).toContain('coverage is whole');
      const after = await rowsThere();
      for (const table of TABLES) expect(rowDifferences(values(after[table]), values(before[table]))).toEqual(SAME);
      const fresh = TABLES.flatMap((table) => freshOf(before[table], after[table]));
      expect(fresh.length).toBeGreaterThan(0);
      expect(fresh.filter((row) => row['management_unit_id'] !== unit || row['local_date'] !== day)).toEqual([]);
    },
    10 * MINUTES,
  );

  it(
    'that fail are told with their reason, as is a unit that no export has ever read',
    async () => {
      await command('nightly', 'delete', 'all-units');
      const config = join(rig.directory, 'rosterline.yaml');
      await writeFile(config, `nightly:\n  - { name: misspelt, at: '02:30', timeZone: ${ZONE}, units: [Leds] }\n`);
      expect((await command('check', '--only', 'temporal')).stdout).toMatch(
        /^warn nightly loads +misspelt is in the configuration and not on the server: 'rosterline nightly apply' makes it$/m,
      );
      await command('nightly', 'apply');
      await command('nightly', 'trigger', 'misspelt');
      await eventually(
        'the night has failed',
        async () => (await nightlyRuns(rig.client, 'misspelt', 1))[0]?.state === 'failed',
      );
      expect((await command('nightly', 'describe', 'misspelt')).stdout).toMatch(
        /^the night of .*: failed: managementUnits: there is no unit Leds; there are /m,
      );
      expect((await command('nightly', 'list')).stdout).toContain("'nightly describe misspelt' says why");
      const checked = await command('check');
      expect(checked.stdout).toMatch(/^ok +nightly loads +1, as configured; the next is due /m);
      expect(checked.stdout).toMatch(/^warn nightly units .* misspelt: Leds;/m);
      const judged = await command('coverage');
      expect(judged.code).toBe(3);
      expect(judged.stdout).toContain('is to bring Leds, and no export has read such a unit');
      expect(judged.stdout).toContain('coverage is not whole: 1 expected unit never loaded');
    },
    10 * MINUTES,
  );
});

/** Asks for a night, as an operator would, and waits until so many have ended. */
async function nightTriggered(count: number): Promise<NightlyLoadResult> {
  expect((await command('nightly', 'trigger', 'all-units')).code).toBe(0);
  await eventually(
    `${count} nights have ended`,
    async () =>
      (await nightlyRuns(rig.client, 'all-units', 10)).filter(({ endedAt }) => endedAt !== null).length === count,
    4 * MINUTES,
  );
  const { runs } = lastJson(await command('nightly', 'describe', 'all-units', '--json')) as {
    runs: { result: NightlyLoadResult | null }[];
  };
  const result = runs[0]?.result;
  if (!result) throw new Error('the last night has no result');
  return result;
}

async function command(...args: string[]): Promise<EndedCommand> {
  return await runRosterline(args, { ...rig.environment, ROSTERLINE_CONFIG: join(rig.directory, 'rosterline.yaml') });
}

async function rowsThere(): Promise<Record<Table, PlainRow[]>> {
  const read = async (table: Table) =>
    [table, await rig.read((warehouse) => warehouse.query(`SELECT * FROM ${table}`))] as const;
  return Object.fromEntries(await Promise.all(TABLES.map(read))) as Record<Table, PlainRow[]>;
}

/** Rows without what tells which load wrote them. */
function values(rows: readonly PlainRow[]): PlainRow[] {
  return rows.map((row) => without(row, ...PROVENANCE));
}

/** What the simulator says of the range now. */
function truth(table: Table): PlainRow[] {
  return expectedRows(ORGANISATION, { from: FROM, to: TODAY, asOfMs: Date.now() + aheadMs })[table];
}

/** What a load must say of its rows, by key and by what each row holds; and that it wrote those that differ, and no others. */
function changesBetween(table: Table, before: readonly PlainRow[], after: readonly PlainRow[]): RowChanges {
  const keyOf = (row: PlainRow) => KEYS[table].map((column) => String(row[column])).join(' ');
  const holds = (row: PlainRow) => text(without(row, ...PROVENANCE));
  const [old, now] = [before, after].map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const inserted = after.filter((row) => !old?.has(keyOf(row)));
  const deleted = before.filter((row) => !now?.has(keyOf(row)));
  const changed = after.filter((row) => {
    const stood = old?.get(keyOf(row));
    return stood !== undefined && holds(stood) !== holds(row);
  });
  expect(rowDifferences(freshOf(before, after), [...inserted, ...changed])).toEqual(SAME);
  const [added, altered, gone] = [inserted, changed, deleted].map(({ length }) => length) as [number, number, number];
  return { inserted: added, changed: altered, deleted: gone, unchanged: after.length - added - altered };
}

/** Rows of `after` that are not in `before` with the same values, window, landing and instant. */
function freshOf(before: readonly PlainRow[], after: readonly PlainRow[]): PlainRow[] {
  const known = new Set(before.map(text));
  return after.filter((row) => !known.has(text(row)));
}

function text(row: PlainRow): string {
  return JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** `Etc/GMT…` in which it is between 13:00 and 15:00. */
function zoneAtTwo(now: Date): string {
  const ahead = Math.min(14, 14 - now.getUTCHours());
  return ahead === 0 ? 'Etc/UTC' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}
