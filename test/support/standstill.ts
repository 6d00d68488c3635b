import type { ExportProgress } from '../../src/domain/exportProgress.js';
import { eventually } from './eventually.js';
import type { ExportEnvironment, ExportHandle } from './exportEnvironment.js';
import { runRosterline } from './runRosterline.js';

/** What progress shows while the export stands still for `reason`. */
export async function standingStill(
  environment: ExportEnvironment,
  handle: ExportHandle,
  reason: RegExp,
): Promise<ExportProgress> {
  return await eventually(`paused: ${reason}`, async () => {
    const shown = await environment.progress(handle);
    return shown.paused !== null && reason.test(shown.paused.reason) && shown;
  });
}

/** What the details panel of the Temporal UI shows. */
export async function currentDetails(handle: ExportHandle): Promise<string> {
  const shown = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return shown.currentDetails ?? '';
}

/** What `rosterline export status` prints. */
export async function statusText(address: string, handle: ExportHandle): Promise<string> {
  const { stdout } = await runRosterline(['export', 'status', handle.workflowId], { TEMPORAL_ADDRESS: address });
  return stdout;
}

/** Calls that Genesys refused for want of a right, requests for a token among them. */
export function refusals(simulator: ExportEnvironment['simulator']): number {
  const { calls } = simulator.counts();
  return Object.values(calls)
    .flatMap((byStatus) => ['400', '401', '403'].map((status) => byStatus[status] ?? 0))
    .reduce((sum, count) => sum + count, 0);
}
