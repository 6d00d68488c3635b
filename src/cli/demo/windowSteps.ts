import type { Client } from '@temporalio/client';

/** Steps of a window, by the activity that is pending; a window without one waits for Genesys to compute. */
const STEPS: Readonly<Record<string, string>> = {
  submitAdherenceJob: 'request',
  listWindowUsers: 'request',
  askOccupancy: 'request',
  pollAdherenceJob: 'wait',
  landJobFile: 'land',
  loadWindow: 'load',
  sealWindow: 'seal',
};

export interface WindowStep {
  readonly windowId: string;
  readonly step: string;
}

/** Which running windows are in which step, as the Temporal server has it. */
export async function windowSteps(client: Client): Promise<WindowStep[]> {
  const steps: WindowStep[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: 'WorkflowType = "exportWindow" AND ExecutionStatus = "Running"',
  })) {
    const { raw, status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') continue;
    const pending = raw.pendingActivities?.[0]?.activityType?.name;
    steps.push({ windowId: workflowId, step: pending ? (STEPS[pending] ?? pending) : 'wait' });
  }
  return steps.sort((a, b) => (a.windowId < b.windowId ? -1 : 1));
}

/** The steps in a line for people: `2 request, 3 wait, 1 land`. */
export function countSteps(steps: readonly WindowStep[]): string {
  const counts = new Map<string, number>();
  for (const { step } of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  return [...counts].map(([step, count]) => `${count} in ${step}`).join(', ');
}
