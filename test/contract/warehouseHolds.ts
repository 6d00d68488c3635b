import { describe, expect, it } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import type { WarehouseHold } from '../../src/warehouse/warehouseHolds.js';
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

/** Rows under legal hold are never lost: they move to `<table>_superseded` before they change. */
export function warehouseHoldsContract(warehouse: () => Warehouse): void {
  const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-04');
  const LATER = { requestedAt: '2026-01-11T00:00:00.000Z' };
  const hold: WarehouseHold = {
    holdId: 'case-7',
    dataset: 'adherence',
    managementUnitId: 'mu-1',
    from: '2024-01-02',
    to: '2024-01-03',
  };
  const restated = adherenceDocument(
    window,
    ['ana', 'ben'].map((userId) => ({
      userId,
      dayMetrics: [0, 1, 2].map((day) => dayMetrics(day * 86_400, { impactSeconds: -1 })),
    })),
  );
  const superseded = async () =>
    await warehouse().query(
      `SELECT user_id, local_date, impact_seconds, landing_sha256, superseded_at, superseded_by
       FROM adherence_day_superseded ORDER BY superseded_at, local_date, user_id`,
    );
  const impacts = async () =>
    await warehouse().query(
      'SELECT local_date, min(impact_seconds) AS lowest, max(impact_seconds) AS highest FROM adherence_day GROUP BY local_date ORDER BY local_date',
    );

  describe('legal hold', () => {
    it('is listed until it is released, once, and may be placed and released again', async () => {
      const everything = { holdId: 'all', dataset: null, managementUnitId: null, from: '2020-01-01', to: '2021-01-01' };
      await warehouse().placeHold(hold);
      await warehouse().placeHold(hold);
      await warehouse().placeHold(everything);
      expect(await warehouse().holds()).toEqual([everything, hold]);
      await warehouse().releaseHold('all');
      await warehouse().releaseHold('all');
      expect(await warehouse().holds()).toEqual([hold]);
    });

    it('moves the rows of held days away before they are replaced, and the seal names the seal and landings of before', async () => {
      const before = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      await warehouse().placeHold(hold);
      const { seal, sealPath } = await loadDocuments(warehouse(), window, [restated], {
        ...LATER,
        numbersTaken: [1],
      });

      const [landing] = before.seal.landings;
      expect(await superseded()).toEqual(
        ['ana', 'ben'].map((user_id) => ({
          user_id,
          local_date: '2024-01-02',
          impact_seconds: -600,
          landing_sha256: landing?.sha256,
          superseded_at: seal.loadedAt,
          superseded_by: sealPath,
        })),
      );
      expect(seal.supersedes).toEqual([
        {
          seal: before.sealPath,
          localDates: ['2024-01-02'],
          rows: { adherence_day: 2 },
          landings: [landing?.sha256],
        },
      ]);
      expect(await impacts()).toEqual(
        ['2024-01-01', '2024-01-02', '2024-01-03'].map((local_date) => ({ local_date, lowest: -1, highest: -1 })),
      );
    });

    it('keeps every reading of a day that is restated again and again', async () => {
      await warehouse().placeHold({ ...hold, dataset: null, managementUnitId: null });
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      await loadDocuments(warehouse(), window, [restated], LATER);
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)], {
        requestedAt: '2026-01-12T00:00:00.000Z',
      });
      expect((await superseded()).map((row) => row['impact_seconds'])).toEqual([-600, -600, -1, -1]);
    });

    it('moves exceptions and actual activities with their day', async () => {
      const exception = { startOffsetSeconds: 86_460, endOffsetSeconds: 86_520, impact: 'Neutral' };
      const actual = { startOffsetSeconds: 86_400, endOffsetSeconds: 86_520, actualActivityCategory: 'Meal' };
      const full = adherenceDocument(window, [
        userResult('ana', [0, 1, 2], { exceptionInfo: [exception], actuals: [actual] }),
      ]);
      await loadDocuments(warehouse(), window, [full]);
      await warehouse().placeHold(hold);
      const without = adherenceDocument(window, [
        { userId: 'ana', dayMetrics: [0, 1, 2].map((day) => dayMetrics(day * 86_400, { exceptionCount: 0 })) },
      ]);
      const { seal } = await loadDocuments(warehouse(), window, [without], LATER);
      expect(seal.supersedes?.map(({ rows }) => rows)).toEqual([
        { adherence_day: 1, adherence_exception: 1, adherence_actual: 1 },
      ]);
      expect(await warehouse().query('SELECT impact FROM adherence_exception_superseded')).toEqual([
        { impact: 'Neutral' },
      ]);
      expect(await warehouse().query('SELECT actual_activity_category AS c FROM adherence_actual_superseded')).toEqual([
        { c: 'Meal' },
      ]);
    });

    it('names the seal of a held day that was empty', async () => {
      const before = await loadDocuments(warehouse(), window, [adherenceDocument(window, [])]);
      await warehouse().placeHold(hold);
      const { seal } = await loadDocuments(warehouse(), window, [restated], LATER);
      expect(seal.supersedes).toEqual([{ seal: before.sealPath, localDates: ['2024-01-02'], rows: {}, landings: [] }]);
    });

    it.each([
      ['another dataset', { dataset: 'occupancy' as const }],
      ['another unit', { managementUnitId: 'mu-2' }],
      ['days up to the window', { from: '2023-12-01', to: '2024-01-01' }],
      ['days after it', { from: '2024-01-04', to: '2024-02-01' }],
    ])('does nothing to rows that it is not about: %s', async (_, changes) => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      await warehouse().placeHold({ ...hold, ...changes });
      const { seal } = await loadDocuments(warehouse(), window, [restated], LATER);
      expect(await superseded()).toEqual([]);
      expect(seal).not.toHaveProperty('supersedes');
    });

    it('does nothing to days that a load keeps, and nothing once it is released', async () => {
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana', 'ben'], 3)]);
      await warehouse().placeHold(hold);
      const kept = await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 3)], LATER);
      expect(kept.seal).not.toHaveProperty('supersedes');
      await warehouse().releaseHold(hold.holdId);
      await loadDocuments(warehouse(), window, [restated], { requestedAt: '2026-01-12T00:00:00.000Z' });
      expect(await superseded()).toEqual([]);
    });

    it('keeps intervals of a held unit that another unit takes over', async () => {
      const morning = '2024-01-01T01:00:00.000Z';
      const busy = { INTERACTING: 900_000, IDLE: 900_000 };
      const mine = windowOf('occupancy', 'mu-1', '2024-01-01', '2024-01-03');
      const other = windowOf('occupancy', 'mu-2', '2024-01-01', '2024-01-03');
      await warehouse().loadStructure({
        businessUnits: [],
        managementUnits: [],
        agents: [{ userId: 'mia', name: 'mia', managementUnitId: 'mu-2' }],
        activityCodes: [],
        readAt: '2026-01-01T00:00:00.000Z',
      });
      const before = await loadDocuments(warehouse(), other, [aggregates({ mia: [bucket(morning, busy)] })]);
      await warehouse().placeHold({ ...hold, dataset: 'occupancy', managementUnitId: 'mu-2', from: '2024-01-01' });
      const adherence = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
      await loadDocuments(warehouse(), adherence, [adherenceOf(adherence, ['mia'], 1)]);
      const { seal } = await loadDocuments(warehouse(), mine, [aggregates({ mia: [bucket(morning, busy)] })]);
      expect(seal.taken).toHaveLength(1);
      expect(seal.supersedes).toEqual([
        {
          seal: before.sealPath,
          localDates: ['2024-01-01'],
          rows: { occupancy_interval: 1 },
          landings: [before.seal.landings[0]?.sha256],
        },
      ]);
      expect(await warehouse().query('SELECT user_id, management_unit_id FROM occupancy_interval_superseded')).toEqual([
        { user_id: 'mia', management_unit_id: 'mu-2' },
      ]);
    });
  });
}
