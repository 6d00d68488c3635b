import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import {
  adherenceDocument,
  aggregates,
  bucket,
  dayMetrics,
  loadDocuments,
  userResult,
  windowOf,
} from './windowLoads.js';

const UNIT = 'mu-1';

/** On each of three days: 95 % adherence, 90 % conformance. */
const DAY = {
  exceptionDurationSeconds: 1440,
  adherencePercentage: 95,
  conformanceScheduleSeconds: 20_000,
  conformanceActualSeconds: 18_000,
  conformancePercentage: 90,
};

const LATE = {
  startOffsetSeconds: 32_400,
  endOffsetSeconds: 33_840,
  scheduledActivityCodeId: '0',
  scheduledActivityCategory: 'OnQueueWork',
  impact: 'Negative',
};

/**
 * Fills a small warehouse, loaded as any other, so that it has something to answer to each of an analyst's questions.
 *
 * One unit, two agents of whom one has left; three days of adherence read twice, the last still provisional; one of its figures
 * published wrong; one day of occupancy; a day that was never asked for and one that is pending.
 */
export async function fillAnalystsWarehouse(warehouse: Warehouse): Promise<void> {
  const structure = {
    businessUnits: [{ id: 'bu-1', name: 'Support' }],
    managementUnits: [
      { id: UNIT, name: 'Kuala Lumpur', businessUnitId: 'bu-1', timeZone: 'Asia/Singapore', startDayOfWeek: 'Monday' },
    ],
    activityCodes: [{ businessUnitId: 'bu-1', id: '0', name: 'On queue', category: 'OnQueueWork' }],
  };
  const stays = { userId: 'user-stays', name: 'Aisyah binti Rahman', managementUnitId: UNIT };
  const leaves = { userId: 'user-leaves', name: 'Wei Ling Tan', managementUnitId: UNIT };
  await warehouse.loadStructure({ ...structure, agents: [stays, leaves], readAt: '2026-01-06T00:00:00.000Z' });
  await warehouse.loadStructure({ ...structure, agents: [stays], readAt: '2026-01-10T00:00:00.000Z' });

  const adherence = windowOf('adherence', UNIT, '2026-01-05', '2026-01-08');
  const days = [0, 1, 2].map((day) => dayMetrics(day * 86_400, DAY));
  const wrong = days.with(2, dayMetrics(2 * 86_400, { ...DAY, adherencePercentage: 80 }));
  const result = adherenceDocument(adherence, [
    userResult(stays.userId, [], { dayMetrics: days, exceptionInfo: [LATE] }),
    userResult(leaves.userId, [], { dayMetrics: wrong, exceptionInfo: [LATE] }),
  ]);
  for (const requestedAt of ['2026-01-09T00:00:00.000Z', '2026-01-10T00:00:00.000Z'])
    await loadDocuments(warehouse, adherence, [result], { requestedAt, provisionalFrom: '2026-01-07' });

  const occupancy = windowOf('occupancy', UNIT, '2026-01-05', '2026-01-06');
  const times = { INTERACTING: 1_080_000, COMMUNICATING: 180_000, IDLE: 540_000 };
  const nine = bucket('2026-01-05T01:00:00.000Z', times);
  const half = bucket('2026-01-05T01:30:00.000Z', times);
  await loadDocuments(warehouse, occupancy, [aggregates({ [stays.userId]: [nine, half] })]);
  await warehouse.markPending([
    {
      dataset: 'adherence',
      managementUnitId: UNIT,
      localDate: '2026-01-09',
      windowId: 'export/adherence/mu-1/2026-01-09_2026-01-10',
    },
  ]);
}

/** The same in a new DuckDB file. */
export async function openAnalystsWarehouse(path: string): Promise<Warehouse> {
  const warehouse = openDuckdbWarehouse({ path, tempDirectory: `${path}.tmp` });
  await fillAnalystsWarehouse(warehouse);
  return warehouse;
}
