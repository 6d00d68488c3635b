import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { warehouseAdherenceContract } from './warehouseAdherence.js';
import { warehouseCoverageContract } from './warehouseCoverage.js';
import { warehouseHoldsContract } from './warehouseHolds.js';
import { warehouseKeepsContract } from './warehouseKeeps.js';
import { warehouseLedgersContract } from './warehouseLedgers.js';
import { warehouseOccupancyContract } from './warehouseOccupancy.js';
import { warehouseOverlapsContract } from './warehouseOverlaps.js';
import { warehouseRestatedContract } from './warehouseRestated.js';
import { warehouseSchedulesContract } from './warehouseSchedules.js';

/** Opens an empty warehouse for one test; `close` lets go of it and removes what it left. */
export type OpenWarehouse = () => Promise<{ warehouse: Warehouse; close: () => Promise<void> }>;

/** What every warehouse promises, whatever database it is. */
export function warehouseContract(name: string, open: OpenWarehouse): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<OpenWarehouse>>;
    beforeEach(async () => {
      opened = await open();
      await opened.warehouse.migrate();
    });
    afterEach(() => opened.close());

    const warehouse = () => opened.warehouse;
    warehouseAdherenceContract(warehouse);
    warehouseKeepsContract(warehouse);
    warehouseRestatedContract(warehouse);
    warehouseOccupancyContract(warehouse);
    warehouseOverlapsContract(warehouse);
    warehouseSchedulesContract(warehouse);
    warehouseCoverageContract(warehouse);
    warehouseLedgersContract(warehouse);
    warehouseHoldsContract(warehouse);

    it('is as it was when it is opened and migrated again', async () => {
      await warehouse().loadStructure({
        businessUnits: [{ id: 'bu-1', name: 'Support' }],
        managementUnits: [],
        agents: [],
        activityCodes: [],
        readAt: '2026-01-01T00:00:00.000Z',
      });
      await warehouse().release();
      await warehouse().migrate();
      expect(await warehouse().query('SELECT * FROM business_unit')).toEqual([{ id: 'bu-1', name: 'Support' }]);
    });
  });
}
