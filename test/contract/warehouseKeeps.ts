import { describe, expect, it } from '@jest/globals';
import type { CoverageDay, Warehouse } from '../../src/warehouse/warehouse.js';
import { without } from '../support/withoutColumns.js';
import { adherenceDocument, adherenceOf, loadDocuments, userResult, windowOf } from '../support/windowLoads.js';

/** A load is the same twice, and never makes the warehouse poorer by itself. */
export function warehouseKeepsContract(warehouse: () => Warehouse): void {
  const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
  const both = adherenceOf(window, ['ana', 'ben'], 2);

  describe('a window loaded again', () => {
    it('has each row once when the same window is loaded twice', async () => {
      const first = await loadDocuments(warehouse(), window, [both]);
      const rows = await rowsOf(warehouse());
      await warehouse().sealWritten(first.sealPath);
      const second = await loadDocuments(warehouse(), window, [both], { numbersTaken: [1] });

      expect(await rowsOf(warehouse())).toEqual(rows);
      expect(second.sealPath).toBe('seals/export/adherence/mu-1/2024-01-01_2024-01-03/2.json');
      expect(second.seal.days).toEqual(first.seal.days);
      expect((await day(warehouse(), '2024-01-01')).seal).toBe(second.sealPath);
    });

    it('is not loaded again when it had been committed and nobody was told', async () => {
      const committed = await loadDocuments(warehouse(), window, [both]);
      const again = await loadDocuments(warehouse(), window, [both], { loadedAt: '2026-01-10T09:00:00.000Z' });
      expect(again).toEqual(committed);
      expect(await warehouse().openSeals()).toHaveLength(1);
      expect(await warehouse().query('SELECT DISTINCT loaded_at FROM adherence_day')).toEqual([
        { loaded_at: committed.seal.loadedAt },
      ]);
    });

    it('gets a number after those in the object store, though this warehouse never heard of them', async () => {
      const loaded = await loadDocuments(warehouse(), window, [both], { numbersTaken: [1, 4, 2] });
      expect(loaded.sealPath).toMatch(/\/5\.json$/);
    });

    it('has each row once when windows of other sizes go over its day', async () => {
      const wide = windowOf('adherence', 'mu-1', '2023-12-31', '2024-01-04');
      await loadDocuments(warehouse(), window, [both]);
      await loadDocuments(warehouse(), wide, [adherenceOf(wide, ['ana', 'ben'], 4)], LATER);
      expect(
        await warehouse().query(
          'SELECT window_id, count(*) AS n FROM adherence_day GROUP BY 1 ORDER BY min(local_date)',
        ),
      ).toEqual([
        { window_id: 'export/adherence/mu-1/2023-12-31_2024-01-04', n: 4 },
        { window_id: 'export/adherence/mu-1/2024-01-01_2024-01-03', n: 4 },
      ]);
    });

    it("leaves other units' days alone", async () => {
      const other = windowOf('adherence', 'mu-2', '2024-01-01', '2024-01-03');
      await loadDocuments(warehouse(), window, [both]);
      await loadDocuments(warehouse(), other, [adherenceOf(other, ['ana'], 2)], LATER);
      expect(
        await warehouse().query(
          'SELECT management_unit_id AS unit, count(*) AS n FROM adherence_day GROUP BY 1 ORDER BY 1',
        ),
      ).toEqual([
        { unit: 'mu-1', n: 4 },
        { unit: 'mu-2', n: 2 },
      ]);
    });

    it('orders loads by when they were committed, whatever the clock says', async () => {
      const first = await loadDocuments(warehouse(), window, [both], { loadedAt: '2026-01-10T05:00:00.000Z' });
      const second = await loadDocuments(warehouse(), window, [both], {
        ...LATER,
        loadedAt: '2026-01-10T04:00:00.000Z',
      });
      expect(Date.parse(second.seal.loadedAt)).toBeGreaterThan(Date.parse(first.seal.loadedAt));
    });
  });

  describe('a load that would make the warehouse poorer', () => {
    it.each([
      ['has no rows', adherenceDocument(window, [])],
      ['has fewer agents', adherenceOf(window, ['ana'], 2)],
    ])('keeps the day, its state and its seal, and says Shrunk, when the result %s', async (_, poorer) => {
      const first = await loadDocuments(warehouse(), window, [both]);
      const rows = await rowsOf(warehouse());
      const { seal } = await loadDocuments(warehouse(), window, [poorer], LATER);

      expect(await rowsOf(warehouse())).toEqual(rows);
      expect(await day(warehouse(), '2024-01-02')).toMatchObject({
        state: 'loaded',
        reason: 'Shrunk',
        rows: 2,
        seal: first.sealPath,
        requestedAt: first.seal.requestedAt,
      });
      expect(seal.days.map(({ kept, state, agents }) => ({ kept, state, agents }))).toEqual([
        { kept: 'Shrunk', state: 'loaded', agents: 2 },
        { kept: 'Shrunk', state: 'loaded', agents: 2 },
      ]);
      expect(seal.rows).toEqual({ adherence_day: 0, adherence_exception: 0, adherence_actual: 0 });
    });

    it('counts the rows that it left in the landing', async () => {
      await loadDocuments(warehouse(), window, [both]);
      const { seal } = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 2)], LATER);
      expect(seal.leftInLanding).toEqual({ Shrunk: 2 });
    });

    it('holds back only the day that lost agents', async () => {
      await loadDocuments(warehouse(), window, [both]);
      const mixed = adherenceDocument(window, [
        userResult('ana', [0, 1]),
        userResult('ben', [0]),
        userResult('cy', [0]),
      ]);
      const { seal } = await loadDocuments(warehouse(), window, [mixed], LATER);
      expect(seal.days.map((sealed) => [sealed.kept, sealed.agents])).toEqual([
        [null, 3],
        ['Shrunk', 2],
      ]);
      expect(
        await warehouse().query(
          'SELECT local_date, count(*) AS agents FROM adherence_day GROUP BY local_date ORDER BY local_date',
        ),
      ).toEqual([
        { local_date: '2024-01-01', agents: 3 },
        { local_date: '2024-01-02', agents: 2 },
      ]);
    });

    it('loads it when forced, and the day is empty when the result is', async () => {
      await loadDocuments(warehouse(), window, [both]);
      await loadDocuments(warehouse(), window, [adherenceDocument(window, [])], { ...LATER, force: true });
      expect(await rowsOf(warehouse())).toEqual([]);
      expect(await day(warehouse(), '2024-01-01')).toMatchObject({ state: 'empty', reason: null, rows: 0 });
    });

    it('loads a result with as many agents but other people', async () => {
      await loadDocuments(warehouse(), window, [both]);
      const { seal } = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'cy'], 2)], LATER);
      expect(seal.days.map((sealed) => sealed.kept)).toEqual([null, null]);
    });

    it('holds back provisional days too, and they stay provisional', async () => {
      await loadDocuments(warehouse(), window, [both], { provisionalFrom: '2024-01-02' });
      await loadDocuments(warehouse(), window, [adherenceDocument(window, [])], LATER);
      expect(await day(warehouse(), '2024-01-02')).toMatchObject({ state: 'provisional', reason: 'Shrunk', rows: 2 });
    });

    it('keeps a newer answer when an older one comes late, even forced', async () => {
      await loadDocuments(warehouse(), window, [both], LATER);
      const rows = await rowsOf(warehouse());
      const { seal } = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben', 'cy'], 2)], {
        force: true,
      });
      expect(await rowsOf(warehouse())).toEqual(rows);
      expect(seal.days.map((sealed) => sealed.kept)).toEqual(['Older', 'Older']);
      expect(seal.leftInLanding).toEqual({ Older: 6 });
      expect(await day(warehouse(), '2024-01-01')).toMatchObject({ state: 'loaded', reason: null });
    });

    it('clears the reason when the next result is whole again', async () => {
      await loadDocuments(warehouse(), window, [both]);
      await loadDocuments(warehouse(), window, [adherenceDocument(window, [])], LATER);
      await loadDocuments(warehouse(), window, [both], { requestedAt: '2026-01-12T00:00:00.000Z' });
      expect(await day(warehouse(), '2024-01-01')).toMatchObject({ state: 'loaded', reason: null });
    });
  });

  describe('states of days', () => {
    it('marks a day empty only by an answer that covers it', async () => {
      const short = adherenceDocument(window, [], { endDate: '2024-01-01T16:00:00.000Z' });
      const { seal } = await loadDocuments(warehouse(), window, [short]);
      expect(await day(warehouse(), '2024-01-01')).toMatchObject({ state: 'empty', reason: null });
      expect(await day(warehouse(), '2024-01-02')).toMatchObject({ state: 'failed', reason: 'NotCovered', seal: null });
      expect(seal.days.map(({ state, reason }) => [state, reason])).toEqual([
        ['empty', null],
        ['failed', 'NotCovered'],
      ]);
    });

    it('keeps what is there when a later answer does not cover the day', async () => {
      const first = await loadDocuments(warehouse(), window, [both]);
      const short = adherenceDocument(window, [userResult('ana', [0, 1]), userResult('ben', [0])], {
        endDate: '2024-01-02T15:59:00.000Z',
      });
      const { seal } = await loadDocuments(warehouse(), window, [short], LATER);
      expect(await day(warehouse(), '2024-01-02')).toMatchObject({
        state: 'loaded',
        reason: 'NotCovered',
        rows: 2,
        seal: first.sealPath,
      });
      expect(seal.leftInLanding).toEqual({ NotCovered: 1 });
    });

    it('takes an end given to the last millisecond for the whole day', async () => {
      const last = adherenceDocument(window, [], { endDate: '2024-01-02T15:59:59.999Z' });
      await loadDocuments(warehouse(), window, [last]);
      expect(await day(warehouse(), '2024-01-02')).toMatchObject({ state: 'empty' });
    });

    it('covers days by several answers that each cover some', async () => {
      const one = adherenceDocument(window, [], { endDate: '2024-01-01T16:00:00.000Z' });
      const two = adherenceDocument(window, [userResult('ana', [0])], { startDate: '2024-01-01T16:00:00.000Z' });
      await loadDocuments(warehouse(), window, [one, two]);
      expect((await warehouse().allCoverage()).map(({ state }) => state)).toEqual(['empty', 'loaded']);
    });

    it('loads days that Genesys may still restate as provisional, with or without rows', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 1)], { provisionalFrom: '2024-01-01' });
      expect((await warehouse().allCoverage()).map(({ state, rows }) => [state, rows])).toEqual([
        ['provisional', 1],
        ['provisional', 0],
      ]);
    });

    it('moves from asked for, to failed, to asked for, to loaded', async () => {
      const asked = ['2024-01-01', '2024-01-02'].map((localDate) => ({
        dataset: 'adherence' as const,
        managementUnitId: 'mu-1',
        localDate,
        windowId: 'export/adherence/mu-1/2024-01-01_2024-01-03',
      }));
      const states = async () => (await warehouse().allCoverage()).map(({ state, reason }) => [state, reason]);

      await warehouse().markPending(asked);
      expect(await states()).toEqual(Array(2).fill(['pending', null]));
      await warehouse().markFailed(window, ['2024-01-02'], 'InvalidInput');
      expect(await states()).toEqual([
        ['pending', null],
        ['failed', 'InvalidInput'],
      ]);
      await warehouse().markPending(asked);
      expect(await states()).toEqual(Array(2).fill(['pending', null]));
      await loadDocuments(warehouse(), window, [both]);
      await warehouse().markPending(asked);
      expect(await states()).toEqual(Array(2).fill(['loaded', null]));
    });

    it('takes back what was asked for and never brought: unknown again, or failed as before, and nothing else', async () => {
      const day = (localDate: string, windowId = 'export/adherence/mu-1/2024-01-01_2024-01-06') => ({
        dataset: 'adherence' as const,
        managementUnitId: 'mu-1',
        localDate,
        windowId,
      });
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 1)]);
      await warehouse().markFailed({ ...window, from: '2024-01-04', to: '2024-01-05' }, ['2024-01-04'], 'InvalidInput');
      const before = await warehouse().allCoverage();
      const asked = ['01', '02', '04', '05'].map((date) => day(`2024-01-${date}`));
      const other = day('2024-01-06', 'export/adherence/mu-1/2024-01-06_2024-01-07');
      await warehouse().markPending([...asked, other]);
      const marked = [...asked, day('2024-01-06')].map((one) => ({
        ...one,
        failedBefore:
          one.localDate === '2024-01-04' ? { windowId: before.at(-1)?.windowId ?? '', reason: 'InvalidInput' } : null,
      }));

      await warehouse().unmarkPending(marked);
      await warehouse().unmarkPending(marked);
      const left = await warehouse().allCoverage();
      expect(left.slice(0, -1)).toEqual(before);
      expect(left.at(-1)).toMatchObject({ ...other, state: 'pending' });
    });

    it('keeps the state of days that have an answer when a later window over them fails', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 1)]);
      await warehouse().markFailed(window, ['2024-01-01', '2024-01-02'], 'Corrupt');
      expect((await warehouse().allCoverage()).map(({ state, reason, rows }) => [state, reason, rows])).toEqual([
        ['loaded', 'Corrupt', 1],
        ['empty', 'Corrupt', 0],
      ]);
    });
  });
}

const LATER = { requestedAt: '2026-01-11T00:00:00.000Z' } as const;

async function rowsOf(warehouse: Warehouse): Promise<Record<string, unknown>[]> {
  const rows = await warehouse.query('SELECT * FROM adherence_day ORDER BY management_unit_id, user_id, local_date');
  return rows.map((row) => without(row, 'loaded_at'));
}

async function day(warehouse: Warehouse, localDate: string): Promise<CoverageDay> {
  const found = (await warehouse.allCoverage()).find((covered) => covered.localDate === localDate);
  if (!found) throw new Error(`no coverage of ${localDate}`);
  return found;
}
