import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import type { RoundRecord, SyncState } from '../../domain/sync/syncState.js';
import { withClient } from '../../temporal/connectClient.js';
import { withProgress } from '../../temporal/progressLog.js';
import { runningOfQueue } from '../runningOfQueue.js';
import { answerOf } from '../workerAnswer.js';

/** Workflow type of the trunk sync; its id is this, a slash and the organisation's id. */
export const TRUNK_SYNC = 'trunkSync';

/** The sync that runs, and how to ask it. */
export interface RunningSync {
  readonly handle: WorkflowHandle;
  /**
   * Asks it, or tells it something.
   *
   * @param withinMs how long to wait; 8 s unless given.
   * @throws Failure `Blocked` when no worker answers, `InvalidInput` when the sync refuses.
   */
  ask<T>(question: (handle: WorkflowHandle) => Promise<T>, withinMs?: number): Promise<T>;
}

/**
 * Runs a step with the sync that runs on this configuration's task queue. Found through Temporal alone: at 3 a.m. Genesys may be what
 * does not answer.
 *
 * @throws Failure `InvalidInput` when none runs, or several do.
 */
export async function withRunningSync<T>(config: Config, step: (sync: RunningSync) => Promise<T>): Promise<T> {
  return await withClient(async (client) => {
    const workflowId = await runningOfQueue(client, {
      type: TRUNK_SYNC,
      several: 'syncs',
      taskQueue: config.taskQueue,
    });
    if (workflowId === null) throw noneRuns();
    return await step(askable(client, workflowId));
  });
}

/** A sync of this id, whether it runs or not. */
export function askable(client: Client, workflowId: string): RunningSync {
  const handle = client.workflow.getHandle(workflowId);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return {
    handle,
    ask: async (question, withinMs) => {
      try {
        return await withProgress('waiting for a worker to answer', say, () =>
          answerOf(client, () => question(handle), {
            forWhat: 'for the sync',
            kept: 'The sync goes on where it was once one runs.',
            ...(withinMs !== undefined && { withinMs }),
          }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw noneRuns();
        throw error;
      }
    },
  };
}

/** What the sync says of itself. */
export async function stateOf(sync: RunningSync): Promise<SyncState> {
  return await sync.ask((handle) => handle.query<SyncState>('state'));
}

/** What the last round did; null before the first. */
export async function lastRoundOf(sync: RunningSync): Promise<RoundRecord | null> {
  return await sync.ask((handle) => handle.query<RoundRecord | null>('lastRound'));
}

function noneRuns(): Failure {
  return new Failure(
    'InvalidInput',
    "no sync runs here: start one with 'rosterline sync start' (it observes and writes nothing until 'sync enable'). Where one should run, look at TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and ROSTERLINE_TASK_QUEUE.",
  );
}
