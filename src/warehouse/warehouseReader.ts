import type { Warehouse } from './warehouse.js';

/** What is read of a warehouse by commands that only look: in this process, or by asking the process that has the file. */
export type WarehouseReader = Pick<Warehouse, 'coveredDays' | 'query'>;
