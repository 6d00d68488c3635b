import { describe, expect, it } from '@jest/globals';
import { DATASETS } from '../../src/datasets/datasets.js';
import { MAIN_TABLES } from '../../src/domain/coverage/judgeCoverage.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { adherenceDocument, adherenceOf, loadDocuments, userResult, windowOf } from '../support/windowLoads.js';

/** What coverage is judged by: its lines, the rows that are there now, the units. */
export function warehouseCoverageContract(warehouse: () => Warehouse): void {
  describe('what coverage is judged by', () => {
    it('has each line, the rows and agents that are there for it, and the units with their zones', async () => {
      const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
      await warehouse().loadStructure({
        businessUnits: [{ id: 'bu-1', name: 'Support' }],
        managementUnits: [
          { id: 'mu-1', name: 'Desk', businessUnitId: 'bu-1', timeZone: 'Asia/Singapore', startDayOfWeek: null },
        ],
        agents: [],
        activityCodes: [],
        readAt: '2026-01-01T00:00:00.000Z',
      });
      const exceptionInfo = [{ startOffsetSeconds: 60, endOffsetSeconds: 120, impact: 'Neutral' }];
      const document = adherenceDocument(window, [
        userResult('ana', [0, 1], { exceptionInfo }),
        userResult('ben', [0]),
      ]);
      await loadDocuments(warehouse(), window, [document]);

      const { days, counted, units, countedFrom } = await warehouse().coveredDays(null);
      expect(countedFrom).toBeNull();
      expect(units).toEqual([{ id: 'mu-1', name: 'Desk', timeZone: 'Asia/Singapore' }]);
      const day = { dataset: 'adherence', managementUnitId: 'mu-1', localDate: '2024-01-01' };
      expect(days).toEqual([
        { ...day, state: 'loaded', rows: 3, requestedAt: '2026-01-10T00:00:00.000Z', reason: null },
        {
          ...day,
          localDate: '2024-01-02',
          state: 'loaded',
          rows: 1,
          requestedAt: '2026-01-10T00:00:00.000Z',
          reason: null,
        },
      ]);
      expect(counted.toSorted((a, b) => (a.localDate < b.localDate ? -1 : 1))).toEqual([
        { ...day, rows: { adherence_day: 2, adherence_exception: 1 }, agents: 2 },
        { ...day, localDate: '2024-01-02', rows: { adherence_day: 1 }, agents: 1 },
      ]);
    });

    it('counts rows from a day on, and has every line all the same', async () => {
      const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-04');
      await loadDocuments(warehouse(), window, [adherenceOf(window, ['ana'], 3)]);
      const { days, counted, countedFrom } = await warehouse().coveredDays('2024-01-03');
      expect(days).toHaveLength(3);
      expect(counted.map(({ localDate }) => localDate)).toEqual(['2024-01-03']);
      expect(countedFrom).toBe('2024-01-03');
    });
  });

  it('compares days of each dataset by the table that counts its agents and is always asked for', () => {
    for (const { name, load } of Object.values(DATASETS)) {
      const main = load.tables.find(({ countsAgents }) => countsAgents);
      expect({ name, table: main?.table, onlyWhen: main?.onlyWhen }).toEqual({
        name,
        table: MAIN_TABLES[name],
        onlyWhen: undefined,
      });
    }
  });
}
