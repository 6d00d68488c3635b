import { workflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import { HistoryExportInput } from '../src/domain/historyExportInput.js';
import type { ExportEstimate } from '../src/domain/plannedExport.js';
import { parseOrFail } from './failedWith.js';
import { estimateInput, readAndPlan } from './planHistory.js';
import { activitiesOf } from './policies.js';

/**
 * Says what `historyExport` of the same input would come to: windows, calls, seconds, rows.
 *
 * Starts no window and marks no day. It reads the units and their users, at the pace of everything else that this client does, and
 * fails at once where an export would pause (secret, permission, disk, lock): whoever asks for a plan is there to read why.
 *
 * @throws ApplicationFailure `InvalidInput` with path and reason, as `historyExport`.
 */
export async function exportPlan(raw: z.input<typeof HistoryExportInput>): Promise<ExportEstimate> {
  const request = parseOrFail(HistoryExportInput, raw);
  const { workflowId, firstExecutionRunId, taskQueue } = workflowInfo();
  const activities = activitiesOf(taskQueue, 'impatient', request.lane);
  const planner = { exportId: workflowId, runId: firstExecutionRunId };
  const read = await readAndPlan(request, { ...planner, own: (step) => step(activities) }, { dryRun: true });
  return await activities.warehouse.explainEstimate.executeWithOptions({ summary: 'Estimate calls, rows and time' }, [
    estimateInput(read),
  ]);
}
