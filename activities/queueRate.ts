import { getClient } from '@temporalio/activity';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { QueueRate } from '../src/domain/budget/queueRates.js';
import { familyQueue } from '../src/domain/taskQueues.js';

/** What became of setting rates: null when they hold now, else why this server never takes them. */
export interface SetQueueRates {
  readonly impossible: string | null;
}

type UpdateTaskQueueConfig = Client['workflowService']['updateTaskQueueConfig'];

/** `TASK_QUEUE_TYPE_ACTIVITY`, as Temporal's API numbers it. */
const ACTIVITY_TASKS = 2 as unknown as NonNullable<Parameters<UpdateTaskQueueConfig>[0]['taskQueueType']>;

/** gRPC's codes for "this server has no such call" and "this client may not make it". */
const UNIMPLEMENTED = 12;
const PERMISSION_DENIED = 7;

/** What the keeper of the budget does by itself: it sets every rate when it begins, and when an operator changed one. */
export function queueRateActivities() {
  return {
    async setQueueRates(asked: { prefix: string; rates: readonly QueueRate[] }): Promise<SetQueueRates> {
      return await giveQueueRates(getClient(), asked.prefix, asked.rates);
    },
  };
}

/**
 * Gives task queues their rates, in starts of activities a second, or takes them away.
 *
 * Twice is the same as once. Takes effect within some seconds, for all workers.
 */
export async function giveQueueRates(
  { workflowService, options }: Client,
  prefix: string,
  rates: readonly QueueRate[],
): Promise<SetQueueRates> {
  try {
    const ended = await Promise.allSettled(
      rates.map(({ family, ratePerSecond, reason }) =>
        workflowService.updateTaskQueueConfig({
          namespace: options.namespace,
          taskQueue: familyQueue(prefix, family),
          taskQueueType: ACTIVITY_TASKS,
          updateQueueRateLimit: {
            ...(ratePerSecond === null ? {} : { rateLimit: { requestsPerSecond: ratePerSecond } }),
            reason,
          },
        }),
      ),
    );
    // All have ended: one that is still on its way would come after what is set next.
    for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
    return { impossible: null };
  } catch (error) {
    const impossible = whyImpossible(error);
    if (impossible === null) throw error;
    return { impossible };
  }
}

/** The rate that the server keeps on a family's queue, in starts a second; null where it keeps none. */
export async function knownQueueRate(
  { workflowService, options }: Client,
  prefix: string,
  family: QueueRate['family'],
): Promise<number | null> {
  const { config } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: familyQueue(prefix, family) },
    taskQueueType: ACTIVITY_TASKS,
    reportConfig: true,
  });
  return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? null;
}

function whyImpossible(error: unknown): string | null {
  if (!isGrpcServiceError(error)) return null;
  const code: number = error.code;
  const instead = 'each worker keeps its share of a rate by itself';
  if (code === UNIMPLEMENTED) return `the Temporal server cannot set rates on task queues: ${instead}`;
  if (code === PERMISSION_DENIED)
    return `this client may not set rates on the Temporal server's task queues: ${instead}`;
  return null;
}
