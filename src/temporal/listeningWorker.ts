import type { Client } from '@temporalio/client';

/** As Temporal's API numbers it (`PendingActivityState`): a worker has it. */
const STARTED = 2;

/**
 * The worker that listens for the live feed of a task queue; null where none does.
 *
 * While it listens it has taken what there is on the listener's queue and polls that no more: who looks at pollers alone would miss it.
 */
export async function listeningWorker(client: Client, taskQueue: string): Promise<string | null> {
  const query = `WorkflowType = "liveFeed" AND TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    const listening = (raw.pendingActivities ?? []).find(
      ({ state, activityType }) => Number(state) === STARTED && activityType?.name === 'listen',
    );
    if (listening) return listening.lastWorkerIdentity ?? null;
  }
  return null;
}
