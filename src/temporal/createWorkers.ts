import { hostname } from 'node:os';
import { type NativeConnection, Worker, type WorkerInterceptors, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../../activities/createActivities.js';
import { ownerIdentity } from '../domain/ownerIdentity.js';
import {
  familyQueue,
  isWriteFamily,
  listenerQueue,
  urgentQueue,
  warehouseQueue,
  WORKED_FAMILIES,
} from '../domain/taskQueues.js';
import { DRAIN } from './drain.js';
import { WORKFLOW_BUNDLE_PATH } from './workflowBundlePath.js';

/** Activities of one family that run at once: enough for 300 calls a minute at a second each, and few behind a closing gate. */
const CALLS_AT_ONCE = 4;

/** Writes of one family at once: a round's are few, and those behind a closing gate should be. */
const WRITES_AT_ONCE = 2;

/** Urgent calls at once, and what the keeper of the budget does: few, because they are rare, and never behind others. */
const URGENT_AT_ONCE = 4;

/** Steps of the warehouse at once: one load runs, the next is sliced meanwhile. */
const WAREHOUSE_STEPS_AT_ONCE = 4;

/** An organisation has one listener, and a queue of its own for it: it lasts, and would take another's slot for good. */
const LISTENERS_AT_ONCE = 1;

/** Downloads and small steps at once. */
const STEPS_AT_ONCE = 16;

/** Polls at once for a queue of few slots: each is a request that the server holds open. */
const POLLS_AT_ONCE = 2;

/**
 * How long evaluating workflow code may take. The SDK knows the setting and does not name it in its types; its 5 s are by the clock, and on a
 * machine at load 35 the evaluation of the bundle at the start took longer: the worker ended.
 */
const PATIENT = { isolateExecutionTimeout: '30s' } as const;

/** What a process polls. */
export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: Activities;
  /** Whether this process owns the warehouse: only then its queue is polled, and the listener's, who writes there. */
  readonly ownsWarehouse: boolean;
  /** What the owner of the warehouse tells of its objects, so that others can see whether they land there too. */
  readonly ownerMark?: string | null;
  /** What is put around each activity. */
  readonly interceptors?: WorkerInterceptors;
}

/**
 * One Temporal worker a task queue: workflows and downloads, each family that has activities, urgent calls, and the warehouse where
 * it is owned.
 */
export async function createWorkers(options: WorkersOptions): Promise<Worker[]> {
  const activityQueues = WORKED_FAMILIES.map((family) => ({
    queue: familyQueue(options.taskQueue, family),
    slots: isWriteFamily(family) ? WRITES_AT_ONCE : CALLS_AT_ONCE,
  }));
  activityQueues.push({ queue: urgentQueue(options.taskQueue), slots: URGENT_AT_ONCE });
  if (options.ownsWarehouse) {
    activityQueues.push({ queue: warehouseQueue(options.taskQueue), slots: WAREHOUSE_STEPS_AT_ONCE });
    activityQueues.push({ queue: listenerQueue(options.taskQueue), slots: LISTENERS_AT_ONCE });
  }
  return await Promise.all([
    Worker.create({
      ...shared(options),
      taskQueue: options.taskQueue,
      workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH },
      maxConcurrentActivityTaskExecutions: STEPS_AT_ONCE,
      maxConcurrentWorkflowTaskExecutions: 40,
      maxCachedWorkflows: 200,
      ...PATIENT,
      // Another thread takes some 30 MB, and one is far from busy at five windows a second.
      workflowThreadPoolSize: 1,
      // A killed worker's workflows wait this long for it before another takes them.
      stickyQueueScheduleToStartTimeout: '3s',
    }),
    ...activityQueues.map(({ queue, slots }) =>
      Worker.create({
        ...shared(options),
        ...(queue === warehouseQueue(options.taskQueue) && options.ownerMark
          ? { identity: ownerIdentity({ pid: process.pid, host: hostname() }, options.ownerMark) }
          : {}),
        taskQueue: queue,
        maxConcurrentActivityTaskExecutions: slots,
        maxConcurrentActivityTaskPolls: POLLS_AT_ONCE,
      }),
    ),
  ]);
}

type Shared =
  | 'connection'
  | 'namespace'
  | 'activities'
  | 'interceptors'
  | 'maxHeartbeatThrottleInterval'
  | 'shutdownGraceTime'
  | 'shutdownForceTime';

function shared({ connection, namespace, activities, interceptors }: WorkersOptions): Pick<WorkerOptions, Shared> {
  return {
    connection,
    namespace,
    activities,
    ...(interceptors && { interceptors }),
    // Heartbeats leave every second: with a heartbeat timeout of 5 s, a death is noticed in 5 s.
    maxHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: DRAIN.graceMs,
    shutdownForceTime: DRAIN.forceMs,
  };
}
