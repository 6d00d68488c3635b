import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/createActivities.js';
import { type FailureName, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { Family } from '../src/domain/family.js';
import { type Lane, priorityKeyOf } from '../src/domain/lane.js';
import { familyQueue, listenerQueue, urgentQueue, warehouseQueue } from '../src/domain/taskQueues.js';

/** Failures that no retry of the same activity mends; the workflow decides what follows. */
const FOR_THE_WORKFLOW: readonly FailureName[] = ['Conflict', 'Expired', 'TooLarge', 'InvalidInput', 'Corrupt'];

/**
 * Whether an activity that meets a cause outside the window (secret, permission, disk, lock) fails at once, so that the workflow can
 * tell the export, or keeps trying once a minute, as the one window that does so for all.
 */
export type Patience = 'impatient' | 'probing';

/**
 * What becomes of a step that is cancelled while its call is in flight: awaited, so that what it brings is kept; or left alone, as by
 * workflows that began before steps could be held.
 */
export type WhenCancelled = 'awaited' | 'leftAlone';

const WHEN_CANCELLED: Readonly<Record<WhenCancelled, ActivityCancellationType>> = {
  awaited: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  leftAlone: ActivityCancellationType.TRY_CANCEL,
};

/**
 * Activities by the queue they belong to. Queues come from the prefix that the workflow itself runs on.
 *
 * Calls of the lane `failover` take the queue without a rate; of the others, the more urgent go first where they wait.
 */
export function activitiesOf(prefix: string, patience: Patience, lane: Lane, cancelled: WhenCancelled = 'leftAlone') {
  const priority = { priorityKey: priorityKeyOf(lane) };
  const cancellationType = WHEN_CANCELLED[cancelled];
  const calls = (family: Family): ActivityOptions => ({
    ...ONE_CALL,
    cancellationType,
    retry: retryOf(patience),
    priority,
    taskQueue: lane === 'failover' ? urgentQueue(prefix) : familyQueue(prefix, family),
  });
  return {
    /** Structure reads and polls: one call an attempt. */
    reads: proxyActivities<Pick<Activities, 'fetchStructure' | 'pollAdherenceJob' | 'listSchedules'>>(calls('reads')),
    wfmJobs: proxyActivities<Pick<Activities, 'submitAdherenceJob'>>(calls('wfm-jobs')),
    /** Searches that answer with a body, or with a URL that is followed at once. */
    searches: proxyActivities<Pick<Activities, 'searchSchedules'>>({
      ...calls('wfm-jobs'),
      startToCloseTimeout: '1 hour',
    }),
    analytics: proxyActivities<Pick<Activities, 'askOccupancy'>>(calls('analytics')),
    /** Downloads by signed URL, and small steps that touch no shared file. */
    main: proxyActivities<
      Pick<Activities, 'selectUnits' | 'landJobFile' | 'splitWindow' | 'planPage' | 'planNight' | 'awaitWindow'>
    >({
      ...LONG_STEP,
      cancellationType,
      retry: retryOf(patience),
      priority,
      taskQueue: prefix,
    }),
    /** What only the owner of the warehouse may do. */
    warehouse: proxyActivities<
      Pick<
        Activities,
        | 'loadStructure'
        | 'planExport'
        | 'estimateExport'
        | 'explainEstimate'
        | 'listWindowUsers'
        | 'loadWindow'
        | 'sealWindow'
        | 'recordGap'
        | 'adoptWindow'
        | 'sealExport'
        | 'reportNight'
      >
    >({
      ...LONG_STEP,
      cancellationType,
      retry: retryOf(patience),
      priority,
      taskQueue: warehouseQueue(prefix),
    }),
  };
}

/**
 * What the keeper of the budget does. On the urgent queue: on the main one it could wait behind downloads for minutes.
 *
 * A minute of tries, and then the keeper looks anew which rates are wanted by then.
 */
export function keeperActivitiesOf(prefix: string) {
  return proxyActivities<Pick<Activities, 'setQueueRates'>>({
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
    taskQueue: urgentQueue(prefix),
  });
}

/**
 * What a cancelled export does at its end. A minute of tries: who cancels wants it to end, and what is left undone is only a mark of
 * days as asked for.
 */
export function abandoningActivitiesOf(prefix: string) {
  return proxyActivities<Pick<Activities, 'abandonExport'>>({
    ...LONG_STEP,
    scheduleToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds' },
    priority: { priorityKey: priorityKeyOf('sync') },
    taskQueue: warehouseQueue(prefix),
  });
}

/**
 * The verification of a night. A day of tries, and then the next night looks: what it found last is known, and how old that is.
 */
export function verifyingActivitiesOf(prefix: string) {
  return proxyActivities<Pick<Activities, 'verifyChain'>>({
    startToCloseTimeout: '12 hours',
    // Sorting what millions of seals name takes a process seconds at a time.
    heartbeatTimeout: '1 minute',
    scheduleToCloseTimeout: '1 day',
    retry: retryOf('probing'),
    priority: { priorityKey: priorityKeyOf('backfill') },
    taskQueue: warehouseQueue(prefix),
  });
}

/**
 * What legal holds and purges do: steps of the owner of the warehouse, tried until they are done, whatever is in the way.
 *
 * Before backfills where they wait: who places a hold has a deadline that is not ours.
 */
export function custodyActivitiesOf(prefix: string) {
  return proxyActivities<
    Pick<
      Activities,
      | 'registerHold'
      | 'holdStretch'
      | 'registerRelease'
      | 'releaseStretch'
      | 'planPurge'
      | 'registerPurge'
      | 'purgePage'
      | 'completePurge'
    >
  >({
    ...LONG_STEP,
    retry: { ...retryOf('probing'), nonRetryableErrorTypes: ['InvalidInput' satisfies FailureName] },
    priority: { priorityKey: priorityKeyOf('sync') },
    taskQueue: warehouseQueue(prefix),
  });
}

/**
 * The listener: one attempt lasts up to a day, and is tried again for as long as the feed runs.
 *
 * Heartbeats come every second, so a killed worker is noticed after 6 s, and another one's attempt begins a second later; what it is
 * to wait for longer, it says itself. A cancel is waited for: the listener writes what it has, and lets go of its channels.
 */
export function listenerActivitiesOf(prefix: string) {
  return proxyActivities<Pick<Activities, 'listen'>>({
    startToCloseTimeout: '1 day',
    heartbeatTimeout: '6 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: { priorityKey: priorityKeyOf('sync') },
    taskQueue: listenerQueue(prefix),
  });
}

export type QueuedActivities = ReturnType<typeof activitiesOf>;

/**
 * One honest API call. Without a cap on attempts: each throttled attempt would burn one.
 *
 * Heartbeats come every second, so a killed worker is noticed after 5 s. Three days are more than the longest Retry-After that
 * Genesys is known to send (hours); what lasts longer (a weekend without a worker) is tried anew: `untilEnded`.
 */
const ONE_CALL: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '5 seconds',
  scheduleToCloseTimeout: '3 days',
};

/** A download or a load: as long as it takes while it heartbeats. */
const LONG_STEP: ActivityOptions = {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '5 seconds',
  scheduleToCloseTimeout: '3 days',
};

function retryOf(patience: Patience): NonNullable<ActivityOptions['retry']> {
  return {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '2 minutes',
    nonRetryableErrorTypes:
      patience === 'impatient' ? [...FOR_THE_WORKFLOW, ...SYSTEMIC_FAILURES] : [...FOR_THE_WORKFLOW],
  };
}
