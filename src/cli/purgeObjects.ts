import { randomUUID } from 'node:crypto';
import { type Client, type WorkflowHandle, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { Failure } from '../domain/failure.js';
import type { PurgeInput, PurgeProgress, PurgeRequest } from '../domain/purgeInput.js';
import { withClient } from '../temporal/connectClient.js';
import { followWorkflow } from './followWorkflow.js';
import { isConfirmed } from './isConfirmed.js';
import { EXIT, type ExitCode, type Output } from './output.js';
import { describePurge, describePurged } from './purgeText.js';

/** Plans a purge, shows what it comes to, asks, and follows it to its end. */
export async function purgeObjects(
  taskQueue: string,
  { request, yes }: { request: PurgeRequest; yes: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const handle = await start(client, taskQueue, request);
    const planned = await follow(handle, ['planned', 'nothing']);
    for (const line of describePurge(planned)) output.say(line);
    if (planned.state === 'nothing') {
      output.result(planned);
      return EXIT.done;
    }
    if (!yes && !(await isConfirmed('Remove this for good?', 'add --yes to remove it', output))) {
      await handle.signal('abandonPurge');
      const abandoned = await follow(handle, ['abandoned']);
      output.say('nothing was removed');
      output.result(abandoned);
      return EXIT.failed;
    }
    await handle.signal('confirmPurge');
    const ended = await follow(handle, ['completed', 'abandoned']);
    for (const line of describePurged(ended)) output.say(line);
    output.result(ended);
    return ended.state === 'completed' ? EXIT.done : EXIT.failed;
  });
}

/**
 * One purge at a time: of two that remove side by side, neither would know what the other leaves. One that only waits for its answer
 * makes way.
 *
 * @returns a handle of this very run: an answer must never reach another plan.
 */
async function start(client: Client, taskQueue: string, request: PurgeRequest): Promise<WorkflowHandle> {
  const workflowId = `purge/${taskQueue}`;
  const purgeId = `purge-${new Date().toISOString().slice(0, 10)}-${randomUUID().slice(0, 8)}`;
  const input: PurgeInput = { v: 1, purgeId, request, confirmed: false };
  for (let tried = 1; ; tried++) {
    try {
      const { firstExecutionRunId } = await client.workflow.start('purge', {
        taskQueue,
        workflowId,
        args: [input],
        staticSummary: `Purge what is older than ${request.olderThan}`,
      });
      return client.workflow.getHandle(workflowId, firstExecutionRunId);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      if (tried > 1 || !(await madeWay(client.workflow.getHandle(workflowId)))) throw underWay(workflowId, error);
    }
  }
}

/** Ends a purge that waits for its answer; false where it removes already. */
async function madeWay(other: WorkflowHandle): Promise<boolean> {
  const progress = await other.query<PurgeProgress>('purgeProgress').catch(() => null);
  if (progress?.state !== 'planned') return false;
  await other.signal('abandonPurge');
  await other.result().catch(() => undefined);
  return true;
}

function underWay(workflowId: string, cause: unknown): Failure {
  return new Failure(
    'Blocked',
    `another purge is under way; nothing was removed by this one; see workflow ${workflowId} in the Temporal UI, and ask again when it has ended`,
    {},
    { cause },
  );
}

async function follow(handle: WorkflowHandle, states: readonly PurgeProgress['state'][]): Promise<PurgeProgress> {
  const progress = await followWorkflow<PurgeProgress>(handle, 'purgeProgress', {
    isThere: ({ state }) => states.includes(state),
    isUnderWay: ({ state }) => state !== 'planning',
    text: ({ state, removed, counts }) =>
      state === 'removing' ? `removing: ${removed} of ${counts?.objects ?? 0} objects` : state,
  });
  if (progress !== null) return progress;
  await handle.signal('abandonPurge');
  throw new Failure(
    'Blocked',
    'no worker that owns the warehouse has planned the purge; nothing was removed; start one with rosterline worker (or dev), and ask again',
  );
}
