import type { Client } from '@temporalio/client';
import { readIdentity } from '../../domain/ownerIdentity.js';
import { familyQueue, listenerQueue, urgentQueue, warehouseQueue, WORKED_FAMILIES } from '../../domain/taskQueues.js';
import { listeningWorker } from '../../temporal/listeningWorker.js';
import { livePollers, TASK_KINDS, type TaskKind } from '../../temporal/pollers.js';

/** A task queue and who works for it. */
export interface PolledQueue {
  readonly queue: string;
  /** Identities (process and host) of the workers that poll it, the latest first. */
  readonly workers: readonly string[];
}

/** Each queue that workers of this prefix poll, with those that do. */
export async function polledQueues(client: Client, taskQueue: string): Promise<PolledQueue[]> {
  const nowMs = Date.now();
  const activity = [TASK_KINDS.activity];
  const queues: readonly [string, readonly TaskKind[]][] = [
    [taskQueue, [TASK_KINDS.workflow]],
    ...WORKED_FAMILIES.map((family): [string, TaskKind[]] => [familyQueue(taskQueue, family), activity]),
    [urgentQueue(taskQueue), activity],
    [warehouseQueue(taskQueue), activity],
    [listenerQueue(taskQueue), activity],
  ];
  return await Promise.all(
    queues.map(async ([queue, kinds]) => {
      const workers = new Set<string>();
      for (const taskQueueType of kinds) {
        const { pollers } = await client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: queue },
          taskQueueType,
        });
        for (const { identity } of livePollers(pollers, nowMs))
          workers.add(identity ? readIdentity(identity).process : 'one without a name');
      }
      if (workers.size === 0 && queue === listenerQueue(taskQueue)) {
        const listening = await listeningWorker(client, taskQueue);
        if (listening !== null) workers.add(readIdentity(listening).process);
      }
      return { queue, workers: [...workers] };
    }),
  );
}
