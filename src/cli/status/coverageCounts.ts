import type { Config } from '../../config/loadConfig.js';
import { openExistingWarehouse } from '../../temporal/openWarehouse.js';

/** Local days of all units that have one state in one dataset. */
export interface CoverageCount {
  readonly dataset: string;
  readonly state: string;
  readonly days: number;
  /** Last local day that has it. */
  readonly until: string;
}

/** Days by dataset and state. Empty where there is no warehouse yet. @throws Failure `Blocked` while another process holds it. */
export async function coverageCounts(config: Config): Promise<CoverageCount[]> {
  const warehouse = await openExistingWarehouse(config, 'verify');
  if (warehouse === null) return [];
  try {
    const rows = await warehouse.query(
      `SELECT dataset, state, count(*) AS days, CAST(max(local_date) AS VARCHAR) AS until FROM coverage
       GROUP BY dataset, state ORDER BY dataset, state`,
    );
    return rows.map(({ dataset, state, days, until }) => ({
      ...{ dataset: String(dataset), state: String(state), until: String(until) },
      days: Number(days),
    }));
  } finally {
    await warehouse.release();
  }
}
