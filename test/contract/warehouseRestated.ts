import { describe, expect, it } from '@jest/globals';
import { schedulesSettings } from '../../src/datasets/schedules.js';
import type { DatasetName } from '../../src/domain/exportWindow.js';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { PROVENANCE, without } from '../support/withoutColumns.js';
import {
  adherenceDocument,
  adherenceOf,
  aggregates,
  bucket,
  dayMetrics,
  loadDocuments,
  userResult,
  windowOf,
} from '../support/windowLoads.js';

const EQUAL_TO = (unchanged: number) => ({ inserted: 0, changed: 0, deleted: 0, unchanged });
const AFTERWARDS = { requestedAt: '2026-01-11T00:00:00.000Z' };
/** Makes other bytes, and so another landing, of the same answer. */
const OTHER_BYTES = { aFieldThatNobodyLoads: 'restated' };

/** A day that is read again: rows that are equal stay as they are, and only what differs is written and counted. */
export function warehouseRestatedContract(warehouse: () => Warehouse): void {
  const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-04');

  describe('a window that is read again', () => {
    it('leaves every row as it stood when Genesys restated nothing', async () => {
      const users = [full('ana', [0, 1, 2]), full('ben', [0, 1, 2])];
      const first = await loadDocuments(warehouse(), window, [adherenceDocument(window, users)]);
      const before = await everything(warehouse());
      const again = await loadDocuments(
        warehouse(),
        window,
        [adherenceDocument(window, users, OTHER_BYTES)],
        AFTERWARDS,
      );

      expect(first.seal.changes).toEqual({
        adherence_day: { inserted: 6, changed: 0, deleted: 0, unchanged: 0 },
        adherence_exception: { inserted: 2, changed: 0, deleted: 0, unchanged: 0 },
        adherence_actual: { inserted: 2, changed: 0, deleted: 0, unchanged: 0 },
      });
      expect(again.seal.landings).not.toEqual(first.seal.landings);
      expect(await everything(warehouse())).toEqual(before);
      expect(again.seal.changes).toEqual({
        adherence_day: EQUAL_TO(6),
        adherence_exception: EQUAL_TO(2),
        adherence_actual: EQUAL_TO(2),
      });
      expect(again.seal.rows).toEqual(first.seal.rows);
      expect(again.seal.days).toEqual(first.seal.days);
      expect((await warehouse().allCoverage()).map(({ seal, requestedAt }) => [seal, requestedAt])).toEqual(
        Array(3).fill([again.sealPath, AFTERWARDS.requestedAt]),
      );
    });

    it('writes only the rows that are new, changed or gone, and counts them by table', async () => {
      const before = adherenceDocument(window, [full('ana', [0, 1, 2]), full('ben', [0, 1, 2]), full('cy', [0])]);
      const ana = { ...full('ana', [0, 1]), exceptionInfo: [] };
      const restated = adherenceDocument(window, [
        {
          ...ana,
          dayMetrics: [0, 86_400].map((offset) => dayMetrics(offset, offset === 0 ? {} : { impactSeconds: -1 })),
        },
        { ...full('ben', [0, 1, 2]), actuals: [actual(3600, 7200, 'Training')] },
        full('dee', [0, 2]),
      ]);
      await loadDocuments(warehouse(), window, [before]);
      const { seal, sealPath } = await loadDocuments(warehouse(), window, [restated], AFTERWARDS);

      expect(seal.days.map(({ kept }) => kept)).toEqual([null, null, null]);
      expect(seal.changes).toEqual({
        // New: Dee's two days. Changed: Ana's second. Gone: Ana's third, and Cy's.
        adherence_day: { inserted: 2, changed: 1, deleted: 2, unchanged: 4 },
        adherence_exception: { inserted: 1, changed: 0, deleted: 2, unchanged: 1 },
        // Ben's has the same times and another activity.
        adherence_actual: { inserted: 1, changed: 1, deleted: 1, unchanged: 1 },
      });
      expect(seal.rows).toEqual({ adherence_day: 7, adherence_exception: 2, adherence_actual: 3 });
      expect(
        await warehouse().query(
          `SELECT user_id, local_date, impact_seconds FROM adherence_day WHERE landing_sha256 = '${seal.landings[0]?.sha256}'
           ORDER BY user_id, local_date`,
        ),
      ).toEqual([
        { user_id: 'ana', local_date: '2024-01-02', impact_seconds: -1 },
        { user_id: 'dee', local_date: '2024-01-01', impact_seconds: -600 },
        { user_id: 'dee', local_date: '2024-01-03', impact_seconds: -600 },
      ]);
      expect(await warehouse().query('SELECT max(loaded_at) AS last FROM adherence_actual')).toEqual([
        { last: seal.loadedAt },
      ]);
      expect(new Set((await warehouse().allCoverage()).map((day) => day.seal))).toEqual(new Set([sealPath]));
      await sumsAreSealed(warehouse(), 'adherence', seal.days);
    });

    it('tells no value from a value, and one that came from one that went', async () => {
      const percentages = (...values: readonly (number | null)[]) =>
        adherenceDocument(window, [
          {
            userId: 'ana',
            dayMetrics: values.map((value, day) =>
              without(
                dayMetrics(day * 86_400, { adherencePercentage: value }) as Record<string, unknown>,
                ...(value === null ? ['adherencePercentage'] : []),
              ),
            ),
          },
        ]);
      await loadDocuments(warehouse(), window, [percentages(null, null, 50)]);
      const { seal } = await loadDocuments(warehouse(), window, [percentages(null, 0, null)], AFTERWARDS);
      expect(seal.changes?.['adherence_day']).toEqual({ inserted: 0, changed: 2, deleted: 0, unchanged: 1 });
      expect(
        await warehouse().query('SELECT adherence_percentage AS percentage FROM adherence_day ORDER BY local_date'),
      ).toEqual([{ percentage: null }, { percentage: 0 }, { percentage: null }]);
    });

    it('compares the days that have rows and takes the others as they come', async () => {
      const short = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
      await loadDocuments(warehouse(), short, [adherenceOf(short, ['ana', 'ben'], 1)]);
      const { seal } = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)], AFTERWARDS);
      expect(seal.changes?.['adherence_day']).toEqual({ inserted: 4, changed: 0, deleted: 0, unchanged: 2 });
      expect(
        await warehouse().query(
          'SELECT local_date, min(window_id) AS "by", count(*) AS n FROM adherence_day GROUP BY 1 ORDER BY 1',
        ),
      ).toEqual([
        { local_date: '2024-01-01', by: 'export/adherence/mu-1/2024-01-01_2024-01-02', n: 2 },
        { local_date: '2024-01-02', by: 'export/adherence/mu-1/2024-01-01_2024-01-04', n: 2 },
        { local_date: '2024-01-03', by: 'export/adherence/mu-1/2024-01-01_2024-01-04', n: 2 },
      ]);
    });

    it('counts nothing of the days that it keeps', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      const poorer = adherenceDocument(window, [userResult('ana', [0, 1, 2]), userResult('ben', [0])]);
      const { seal } = await loadDocuments(warehouse(), window, [poorer], AFTERWARDS);
      expect(seal.days.map(({ kept }) => kept)).toEqual([null, 'Shrunk', 'Shrunk']);
      expect(seal.changes?.['adherence_day']).toEqual(EQUAL_TO(2));
    });

    it('has what it had when Genesys takes a restatement back, forced where that makes it poorer', async () => {
      const document = adherenceOf(window, ['ana', 'ben'], 3);
      await loadDocuments(warehouse(), window, [document]);
      const before = await everything(warehouse());
      const passing = adherenceDocument(window, [
        { userId: 'ana', dayMetrics: [0, 1, 2].map((day) => dayMetrics(day * 86_400, { impactSeconds: 1 })) },
        userResult('ben', [0, 1, 2]),
        userResult('nobody', [0, 1, 2]),
      ]);
      await loadDocuments(warehouse(), window, [passing], AFTERWARDS);
      const { seal } = await loadDocuments(warehouse(), window, [document], {
        requestedAt: '2026-01-12T00:00:00.000Z',
        force: true,
      });
      expect(seal.changes?.['adherence_day']).toEqual({ inserted: 0, changed: 3, deleted: 3, unchanged: 3 });
      expect((await everything(warehouse())).map(values)).toEqual(before.map(values));
    });

    it('writes occupancy intervals that changed and no others', async () => {
      const occupancy = windowOf('occupancy', 'mu-1', '2024-01-01', '2024-01-03');
      await warehouse().loadStructure({
        businessUnits: [],
        managementUnits: [],
        agents: ['ana', 'ben'].map((userId) => ({ userId, name: null, managementUnitId: 'mu-1' })),
        activityCodes: [],
        readAt: '2026-01-01T00:00:00.000Z',
      });
      const busy = (at: string, more = 0) =>
        bucket(at, { INTERACTING: 600_000 + more, IDLE: 600_000 - more, OFF_QUEUE: 600_000 });
      const [one, two, three] = ['01T01:00', '01T01:30', '02T01:00'].map((at) => `2024-01-${at}:00.000Z`) as [
        string,
        string,
        string,
      ];
      await loadDocuments(warehouse(), occupancy, [
        aggregates({ ana: [busy(one), busy(two), busy(three)], ben: [busy(one), busy(three)] }),
      ]);
      const { seal } = await loadDocuments(
        warehouse(),
        occupancy,
        [aggregates({ ana: [busy(one), busy(two, 1000), busy(three)], ben: [busy(two), busy(three)] })],
        AFTERWARDS,
      );
      expect(seal.changes).toEqual({ occupancy_interval: { inserted: 1, changed: 1, deleted: 1, unchanged: 3 } });
      await sumsAreSealed(warehouse(), 'occupancy', seal.days);
    });

    it('writes shifts and activities that changed and no others', async () => {
      const schedules = windowOf('schedules', 'mu-1', '2024-03-30', '2024-04-01', 'Europe/London');
      const shift = (id: string, startDate: string, paid: boolean) => ({
        id,
        startDate,
        lengthMinutes: 480,
        schedule: { id: 'spring' },
        activities: [0, 1].map((at) => ({
          startDate: new Date(Date.parse(startDate) + at * 3_600_000).toISOString(),
          lengthMinutes: 60,
          activityCodeId: 'phone',
          paid: at === 0 || paid,
        })),
      });
      const answer = (paid: boolean) => ({
        startDate: schedules.startAt,
        endDate: schedules.endAt,
        agentSchedules: [
          { user: { id: 'ana' }, shifts: [shift('early', '2024-03-30T08:00:00Z', true)] },
          { user: { id: 'ben' }, shifts: [shift('late', '2024-03-31T12:00:00Z', paid)] },
        ],
      });
      const load = async (paid: boolean, changes: object = {}) =>
        await loadDocuments(warehouse(), schedules, [answer(paid)], {
          settings: schedulesSettings([{ id: 'spring', version: 4 }]),
          ...changes,
        });
      await load(true);
      const { seal } = await load(false, AFTERWARDS);
      expect(seal.changes).toEqual({
        schedule_shift: EQUAL_TO(2),
        schedule_activity: { inserted: 0, changed: 1, deleted: 0, unchanged: 3 },
      });
      await sumsAreSealed(warehouse(), 'schedules', seal.days);
    });

    it('moves of held rows those alone that change or go', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      await warehouse().placeHold({
        holdId: 'case-7',
        dataset: null,
        managementUnitId: null,
        from: '2024-01-01',
        to: '2024-02-01',
      });
      const restated = adherenceDocument(window, [
        userResult('ana', [0, 1, 2]),
        { userId: 'ben', dayMetrics: [0, 1, 2].map((day) => dayMetrics(day * 86_400, { exceptionCount: day })) },
      ]);
      const { seal } = await loadDocuments(warehouse(), window, [restated], AFTERWARDS);
      expect(await warehouse().query('SELECT user_id, local_date FROM adherence_day_superseded ORDER BY 2')).toEqual([
        { user_id: 'ben', local_date: '2024-01-01' },
        { user_id: 'ben', local_date: '2024-01-03' },
      ]);
      expect(seal.supersedes?.map(({ localDates, rows }) => ({ localDates, rows }))).toEqual([
        { localDates: ['2024-01-01', '2024-01-02', '2024-01-03'], rows: { adherence_day: 2 } },
      ]);
      expect(seal.changes?.['adherence_day']).toEqual({ inserted: 0, changed: 2, deleted: 0, unchanged: 4 });
    });

    it.each([1, 2, 3, 4])('has the rows of a first load, whatever was there before (seed %i)', async (seed) => {
      const drawn = (name: string) => drawnDocument(window, `${seed}/${name}`);
      await loadDocuments(warehouse(), window, [drawn('before')]);
      const before = await everything(warehouse());
      const { seal } = await loadDocuments(warehouse(), window, [drawn('after')], { ...AFTERWARDS, force: true });
      const after = await everything(warehouse());
      await sumsAreSealed(warehouse(), 'adherence', seal.days);

      const staying = after.filter((row) => before.some((one) => JSON.stringify(one) === JSON.stringify(row)));
      const counts = Object.values(seal.changes ?? {});
      const count = (of: 'inserted' | 'changed' | 'deleted' | 'unchanged') =>
        counts.reduce((sum, changes) => sum + changes[of], 0);
      expect(count('unchanged')).toBe(staying.length);
      expect(count('inserted') + count('changed')).toBe(after.length - staying.length);
      expect(count('changed') + count('deleted')).toBe(before.length - staying.length);

      const fresh = windowOf('adherence', 'mu-2', window.from, window.to);
      await loadDocuments(warehouse(), fresh, [drawnDocument(fresh, `${seed}/after`)]);
      expect(after.map(values)).toEqual(
        (await everything(warehouse(), 'mu-2')).map((row) => ({ ...values(row), management_unit_id: 'mu-1' })),
      );
    });
  });
}

const TABLES = ['adherence_day', 'adherence_exception', 'adherence_actual'] as const;

/** A user with days, and an exception and an actual activity on the first. */
function full(userId: string, days: readonly number[]): object {
  return userResult(userId, days, {
    exceptionInfo: [{ startOffsetSeconds: 3600, endOffsetSeconds: 3900, impact: 'Neutral' }],
    actuals: [actual(3600, 7200, 'Meal')],
  });
}

function actual(startOffsetSeconds: number, endOffsetSeconds: number, actualActivityCategory: string): object {
  return { startOffsetSeconds, endOffsetSeconds, actualActivityCategory };
}

/** Five people on some of the days, each value one of few, so that many rows of two such documents are equal. */
function drawnDocument(window: ReturnType<typeof windowOf>, seed: string): object {
  const random = seededRandom('restated', seed);
  const users = ['ana', 'ben', 'cy', 'dee', 'eve'].filter(() => random.chance(0.8));
  return adherenceDocument(
    window,
    users.map((userId) => {
      const days = [0, 1, 2].filter(() => random.chance(0.8));
      return {
        userId,
        dayMetrics: days.map((day) => dayMetrics(day * 86_400, { impactSeconds: -random.integer(1, 3) })),
        exceptionInfo: days.flatMap((day) =>
          [0, 1]
            .filter(() => random.chance(0.5))
            .map((at) => ({
              startOffsetSeconds: day * 86_400 + at * 600,
              endOffsetSeconds: day * 86_400 + at * 600 + 300,
              impact: random.pick(['Neutral', 'Negative']),
            })),
        ),
        actuals: days.map((day) => actual(day * 86_400, day * 86_400 + random.integer(1, 2) * 600, 'OnQueueWork')),
      };
    }),
  );
}

/** Every row of the unit's adherence with all its columns, in one order. */
async function everything(warehouse: Warehouse, unit = 'mu-1'): Promise<Record<string, unknown>[]> {
  const tables = await Promise.all(
    TABLES.map((table) => warehouse.query(`SELECT * FROM ${table} WHERE management_unit_id = '${unit}'`)),
  );
  return tables.flatMap((rows) => sorted(rows));
}

function sorted(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  const key = (row: Record<string, unknown>) => JSON.stringify([row['user_id'], row['local_date'], row['start_at']]);
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function values(row: Record<string, unknown>): Record<string, unknown> {
  return without(row, ...PROVENANCE);
}

/** What the seal says that each day holds is what the tables hold. */
async function sumsAreSealed(
  warehouse: Warehouse,
  dataset: DatasetName,
  days: readonly { localDate: string; contents?: Record<string, string> | undefined }[],
): Promise<void> {
  const counted = await warehouse.countRows(dataset);
  const sums = counted.map(({ localDate, table, contents }) => `${localDate} ${table} ${contents}`).sort();
  const sealed = days.flatMap(({ localDate, contents }) =>
    Object.entries(contents ?? {}).map(([table, sum]) => `${localDate} ${table} ${sum}`),
  );
  expect(sealed.sort()).toEqual(sums);
}
