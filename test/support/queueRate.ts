import type { ConnectionLike } from '@temporalio/client';

type DescribeTaskQueue = ConnectionLike['workflowService']['describeTaskQueue'];

/** `TASK_QUEUE_TYPE_ACTIVITY`, as Temporal's API numbers it. */
const ACTIVITY_TASKS = 2 as unknown as NonNullable<Parameters<DescribeTaskQueue>[0]['taskQueueType']>;

/** The rate that the server keeps on a queue of activities, starts a second; null when none. */
export async function queueRate(
  { workflowService }: ConnectionLike,
  namespace: string,
  queue: string,
): Promise<number | null> {
  const { config } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: queue },
    taskQueueType: ACTIVITY_TASKS,
    reportConfig: true,
  });
  return config?.queueRateLimit?.rateLimit?.requestsPerSecond ?? null;
}
