import { type ActivityOptions, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/createActivities.js';
import { type FailureName, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { Family } from '../src/domain/family.js';
import { type Lane, priorityKeyOf } from '../src/domain/lane.js';
import { familyQueue, urgentQueue } from '../src/domain/taskQueues.js';

/**
 * What ends a call of a round at its first failure. A gate is no failure here, but an answer (`GatedAnswer`); what a person must mend
 * ends the round, and the next one asks again.
 */
const ENDS_THE_CALL: readonly FailureName[] = [
  'Throttled',
  'Conflict',
  'Expired',
  'TooLarge',
  'InvalidInput',
  'Corrupt',
  ...SYSTEMIC_FAILURES,
];

const RETRY: NonNullable<ActivityOptions['retry']> = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '10 seconds',
  nonRetryableErrorTypes: [...ENDS_THE_CALL],
};

/**
 * One call of a round. Heartbeats come every second, so a killed worker is noticed after 5 s.
 *
 * A minute for all tries: what a round reads and decides is not to be older than that when it is written.
 */
const ONE_CALL: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: RETRY,
};

/** A step that touches no API: what it says is on disk within seconds, or the disk is full or gone. */
const OWN_STEP: ActivityOptions = { ...ONE_CALL };

/** Calls of a lane, by the queue that they belong to: those of `failover` take the queue without a rate. */
export function syncCallsOf(lane: Lane) {
  const { taskQueue: prefix } = workflowInfo();
  const calls = (family: Family): ActivityOptions => ({
    ...ONE_CALL,
    priority: { priorityKey: priorityKeyOf(lane) },
    taskQueue: lane === 'failover' ? urgentQueue(prefix) : familyQueue(prefix, family),
  });
  return {
    reads: proxyActivities<
      Pick<
        Activities,
        | 'readSyncSite'
        | 'readSyncRoutes'
        | 'readSyncRoute'
        | 'readSyncTrunks'
        | 'readSyncRows'
        | 'readSyncCampaigns'
        | 'readSyncSchedules'
      >
    >(calls('reads')),
    snapshots: proxyActivities<Pick<Activities, 'snapshotSchedules'>>({
      ...calls('wfm-jobs'),
      startToCloseTimeout: '2 minutes',
      scheduleToCloseTimeout: '5 minutes',
    }),
    telephony: proxyActivities<Pick<Activities, 'writeSyncRoute'>>(calls('telephony-writes')),
    datatable: proxyActivities<Pick<Activities, 'writeSyncRow'>>(calls('datatable-writes')),
    outbound: proxyActivities<Pick<Activities, 'writeSyncCampaign'>>(calls('outbound-writes')),
  };
}

/** Steps of the sync that touch no API. On the urgent queue: on the main one they could wait behind downloads for minutes. */
export function syncOwnSteps() {
  const { taskQueue: prefix } = workflowInfo();
  return proxyActivities<Pick<Activities, 'beginSync' | 'sealSyncEnabled' | 'sealSyncRound'>>({
    ...OWN_STEP,
    taskQueue: urgentQueue(prefix),
  });
}

export type SyncCalls = ReturnType<typeof syncCallsOf>;
