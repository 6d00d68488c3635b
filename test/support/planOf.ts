import { randomUUID } from 'node:crypto';
import type { ExportEstimate } from '../../src/domain/plannedExport.js';
import type { ExportEnvironment } from './exportEnvironment.js';

/** What an export would come to, by the workflow `exportPlan`. The request is as untyped as what people type. */
export async function planOf(environment: ExportEnvironment, request: object): Promise<ExportEstimate> {
  const { client, taskQueue } = environment;
  return (await client.workflow.execute('exportPlan', {
    taskQueue,
    workflowId: `exportPlan/${taskQueue}/${randomUUID()}`,
    args: [request],
  })) as ExportEstimate;
}
