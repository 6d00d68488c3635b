import { estimateExport } from '../src/domain/estimateExport.js';
import type { ExportUnit } from '../src/domain/exportSteps.js';
import type { DatedRequest } from '../src/domain/historyExportInput.js';
import type { ExportEstimate, PlannedExport } from '../src/domain/plannedExport.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { readPlanObject, UnitPlans, unitPlansPath } from './planObjects.js';
import { step } from './step.js';
import { presentUsers } from './structure.js';

/** What an estimate is made of, from what an export has read and planned. */
interface EstimateInput {
  organisationId: string;
  exportId: string;
  request: DatedRequest;
  units: readonly ExportUnit[];
  structure: readonly string[];
  planFolder: string;
}

/** Activities that say what an export should come to. */
export function estimateActivities(deps: ActivityDeps) {
  return {
    /** The four figures, to be shown beside what the export came to. */
    async estimateExport(input: EstimateInput): Promise<PlannedExport> {
      return await step(deps, input, async () => {
        const { windows, calls, secondsExpected, rowsExpected } = await estimate(input);
        return { windows, calls, secondsExpected, rowsExpected };
      });
    },

    /** The figures, with what is behind them, unit by unit. */
    async explainEstimate(input: EstimateInput): Promise<ExportEstimate> {
      return await step(deps, input, async () => await estimate(input));
    },
  };

  async function estimate({ request, units, structure, planFolder }: EstimateInput): Promise<ExportEstimate> {
    return estimateExport({
      request,
      units,
      plans: await readPlanObject(deps.objects, unitPlansPath(planFolder), UnitPlans),
      agents: await presentUsers(deps.objects, structure),
      loaded: await ownedWarehouse(deps).loadedRows(),
      job: deps.jobTimes.expected(),
      callsAMinute: deps.genesys.callsAMinute(),
    });
  }
}
