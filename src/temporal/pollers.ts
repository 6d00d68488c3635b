import type { Connection } from '@temporalio/client';

/** A poll lasts at most a minute, and then another begins: who has not polled for longer has gone. */
export const POLLED_WITHIN_MS = 90_000;

type DescribeTaskQueue = Connection['workflowService']['describeTaskQueue'];
export type Poller = Awaited<ReturnType<DescribeTaskQueue>>['pollers'][number];
export type TaskKind = NonNullable<Parameters<DescribeTaskQueue>[0]['taskQueueType']>;

/** Kinds of tasks, as Temporal's API numbers them (`TaskQueueType`). */
export const TASK_KINDS = { workflow: 1, activity: 2 } as unknown as Readonly<
  Record<'workflow' | 'activity', TaskKind>
>;

/** When a worker polled last, in milliseconds since the epoch. */
export function polledAtMs({ lastAccessTime }: Poller): number {
  return Number(lastAccessTime?.seconds ?? 0) * 1000 + (lastAccessTime?.nanos ?? 0) / 1e6;
}

/** Who polled a task queue and has not gone, the latest first. */
export function livePollers(pollers: readonly Poller[], nowMs: number): Poller[] {
  return pollers
    .filter((poller) => nowMs - polledAtMs(poller) < POLLED_WITHIN_MS)
    .sort((one, other) => polledAtMs(other) - polledAtMs(one));
}
