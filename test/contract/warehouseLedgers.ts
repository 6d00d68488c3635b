import { describe, expect, it } from '@jest/globals';
import type { Structure, Warehouse } from '../../src/warehouse/warehouse.js';

/** Structure, custody and outcomes: small tables that others build on. */
export function warehouseLedgersContract(warehouse: () => Warehouse): void {
  describe('the structure', () => {
    const structure: Structure = {
      businessUnits: [{ id: 'bu-1', name: 'Support' }],
      managementUnits: [
        { id: 'mu-1', name: 'Singapore', businessUnitId: 'bu-1', timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' },
        { id: 'mu-2', name: 'London', businessUnitId: 'bu-1', timeZone: 'Europe/London', startDayOfWeek: null },
      ],
      agents: [
        { userId: 'ana', name: 'Ana Lé 李', managementUnitId: 'mu-1' },
        { userId: 'ben', name: null, managementUnitId: 'mu-2' },
      ],
      activityCodes: [{ businessUnitId: 'bu-1', id: '0', name: 'On queue', category: 'OnQueueWork' }],
      readAt: '2026-01-01T00:00:00.000Z',
    };

    it('keeps units that disappeared and agents who left, with when they were seen', async () => {
      await warehouse().loadStructure(structure);
      await warehouse().loadStructure({
        ...structure,
        managementUnits: structure.managementUnits.slice(0, 1).map((unit) => ({ ...unit, name: 'Singapore HQ' })),
        agents: [{ userId: 'ana', name: 'Ana', managementUnitId: 'mu-1' }],
        activityCodes: [],
        readAt: '2026-01-02T00:00:00.000Z',
      });
      expect(await warehouse().query('SELECT id, name, start_day_of_week FROM management_unit ORDER BY id')).toEqual([
        { id: 'mu-1', name: 'Singapore HQ', start_day_of_week: 'Monday' },
        { id: 'mu-2', name: 'London', start_day_of_week: null },
      ]);
      expect(await warehouse().query('SELECT * FROM agent ORDER BY user_id')).toEqual([
        {
          user_id: 'ana',
          name: 'Ana',
          management_unit_id: 'mu-1',
          first_seen: '2026-01-01T00:00:00.000Z',
          last_seen: '2026-01-02T00:00:00.000Z',
        },
        {
          user_id: 'ben',
          name: null,
          management_unit_id: 'mu-2',
          first_seen: '2026-01-01T00:00:00.000Z',
          last_seen: '2026-01-01T00:00:00.000Z',
        },
      ]);
      expect(await warehouse().query('SELECT name, category FROM activity_code')).toEqual([
        { name: 'On queue', category: 'OnQueueWork' },
      ]);
    });

    it('does not move anybody back by a reading that comes late', async () => {
      await warehouse().loadStructure({ ...structure, readAt: '2026-01-02T00:00:00.000Z' });
      await warehouse().loadStructure({
        ...structure,
        agents: [{ userId: 'ana', name: 'Old', managementUnitId: 'mu-2' }],
      });
      expect(await warehouse().query(`SELECT name, management_unit_id FROM agent WHERE user_id = 'ana'`)).toEqual([
        { name: 'Ana Lé 李', management_unit_id: 'mu-1' },
      ]);
    });

    it('counts an agent of two units for the lower unit id, and one unit twice as one', async () => {
      await warehouse().loadStructure({
        ...structure,
        managementUnits: [...structure.managementUnits, ...structure.managementUnits],
        agents: [
          { userId: 'ana', name: 'B', managementUnitId: 'mu-2' },
          { userId: 'ana', name: 'A', managementUnitId: 'mu-1' },
        ],
      });
      expect(await warehouse().query('SELECT name, management_unit_id FROM agent')).toEqual([
        { name: 'A', management_unit_id: 'mu-1' },
      ]);
    });
  });

  describe('custody', () => {
    const seal = { path: 'seals/exports/x/1.json', sha256: 'a'.repeat(64), content: '{}' };

    it('keeps the text of a seal until it is written, and the seal open until the chain binds it', async () => {
      await warehouse().addSeal(seal);
      await warehouse().addSeal(seal);
      expect(await warehouse().openSeals()).toEqual([{ ...seal, chainSeq: null }]);
      await warehouse().sealWritten(seal.path);
      expect(await warehouse().openSeals()).toEqual([{ ...seal, content: null, chainSeq: null }]);
      await warehouse().sealsChained([seal.path], { seq: 1, sha256: 'b'.repeat(64) });
      expect(await warehouse().openSeals()).toEqual([]);
    });

    it('refuses another seal under a path that is known', async () => {
      await warehouse().addSeal(seal);
      await expect(warehouse().addSeal({ ...seal, sha256: 'c'.repeat(64) })).rejects.toThrow();
    });

    it("knows the chain's head, which only moves forward", async () => {
      expect(await warehouse().custodyHead()).toBeNull();
      await warehouse().sealsChained([], { seq: 2, sha256: '2'.repeat(64) });
      await warehouse().sealsChained([], { seq: 1, sha256: '1'.repeat(64) });
      expect(await warehouse().custodyHead()).toEqual({ seq: 2, sha256: '2'.repeat(64) });
    });
  });

  describe('outcomes', () => {
    it("are an export run's own, and the last word of a window counts", async () => {
      const outcome = { exportId: 'e', runId: 'r', windowId: 'w', seal: 'seals/w/1.json', gaps: [] };
      const gap = {
        dataset: 'adherence',
        managementUnitId: 'mu-1',
        from: '2024-01-01',
        to: '2024-01-02',
        reason: 'Shrunk',
        message: 'fewer agents',
      } as const;
      await warehouse().recordOutcome({ ...outcome, seal: null });
      await warehouse().recordOutcome({ ...outcome, gaps: [gap] });
      await warehouse().recordOutcome({ ...outcome, runId: 'other' });
      expect(await warehouse().outcomes('e', 'r')).toEqual([{ ...outcome, gaps: [gap] }]);
      expect(await warehouse().outcomes('e', 'none')).toEqual([]);
    });
  });

  it('answers queries, and refuses those that would change something', async () => {
    expect(
      await warehouse().query(
        `SELECT CAST(? AS BIGINT) AS n, CAST('2024-02-29' AS DATE) AS d, 9007199254740993 AS big`,
        [7],
      ),
    ).toEqual([{ n: 7, d: '2024-02-29', big: '9007199254740993' }]);
    await expect(warehouse().query('DELETE FROM coverage')).rejects.toThrow(/read-only/i);
  });
}
