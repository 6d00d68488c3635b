import path from 'node:path';
import { JobTimes } from '../../activities/jobTimes.js';
import { planOf } from '../../activities/plan.js';
import type { Config } from '../config/loadConfig.js';
import { chooseUnits } from '../domain/chooseUnits.js';
import { estimateExport } from '../domain/estimateExport.js';
import { rangeOf } from '../domain/exportRange.js';
import type { ExportUnit } from '../domain/exportSteps.js';
import type { HistoryExportInput } from '../domain/historyExportInput.js';
import type { BusinessUnitWeeks } from '../domain/scheduleWeeks.js';
import type { ExportEstimate } from '../domain/plannedExport.js';
import { createGenesysClient } from '../genesys/createGenesysClient.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { openExistingWarehouse } from '../temporal/openWarehouse.js';
import type { Warehouse } from '../warehouse/warehouse.js';
import { patiently } from './patiently.js';

/**
 * Plans in this process, as the workflow `exportPlan` would, where no worker runs: nothing is landed, nothing written.
 *
 * @param say told what is waited for.
 * @throws Failure `InvalidInput` as the workflow; `Unauthorized`, `Forbidden`; `Blocked` when another process holds the warehouse.
 */
export async function planHere(
  config: Config,
  request: HistoryExportInput,
  say: (waiting: string) => void,
): Promise<ExportEstimate> {
  const askedAt = new Date().toISOString();
  const genesys = createGenesysClient(config.genesys());
  // Without a warehouse nothing is covered.
  const warehouse = await openExistingWarehouse(config, 'plan');
  try {
    return await plan(genesys, warehouse);
  } finally {
    await warehouse?.release();
    await genesys.close();
  }

  async function plan(client: GenesysClient, store: Warehouse | null): Promise<ExportEstimate> {
    const { value: all } = await patiently(() => client.managementUnits(), say);
    const units = chooseUnits(all satisfies readonly ExportUnit[], request);
    const dated = { ...request, ...rangeOf(request, units, { askedAt, nowIso: askedAt }) };
    const weeks = new Map<string, BusinessUnitWeeks>();
    if (request.datasets.includes('schedules'))
      for (const id of new Set(units.map(({ businessUnitId }) => businessUnitId)))
        weeks.set(id, (await patiently(() => client.businessUnit(id), say)).value);
    const { windows, unitPlans } = await planOf(store, dated, units, {
      nowIso: askedAt,
      horizonDays: config.export.provisionalDays,
      weeks,
    });
    const agents = new Map<string, number>();
    for (const { id, name } of windows.length > 0 ? units : []) {
      say(`reading the users of ${name}`);
      agents.set(id, (await patiently(() => client.managementUnitUsers(id), say)).value.length);
    }
    return estimateExport({
      request: dated,
      units,
      plans: unitPlans,
      agents,
      loaded: (await store?.loadedRows()) ?? [],
      job: new JobTimes(path.join(config.dataDirectory, 'job-times.json')).expected(),
      callsAMinute: client.callsAMinute(),
    });
  }
}
