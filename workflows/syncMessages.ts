import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Pause } from '../src/domain/exportSteps.js';
import type { SyncPlan } from '../src/domain/sync/syncPlan.js';
import type { RoundRecord, ScheduleChanged, SyncNow, SyncState, TrunkChanged } from '../src/domain/sync/syncState.js';

/** A schedule was published or edited. A hint: the round reads the truth. */
export const scheduleChangedSignal = defineSignal<[ScheduleChanged]>('scheduleChanged');

/** A trunk went up or down. A hint: the round reads the truth. */
export const trunkChangedSignal = defineSignal<[TrunkChanged]>('trunkChanged');

/** Somebody wants a round now. */
export const syncNowSignal = defineSignal<[SyncNow?]>('syncNow');

/** Answers at once, also during a round. */
export const stateQuery = defineQuery<SyncState>('state');

/** What the last round did; null before the first. */
export const lastRoundQuery = defineQuery<RoundRecord | null>('lastRound');

/** No more rounds until `resume`; the one under way ends. */
export const pauseSyncUpdate = defineUpdate<Pause, [{ reason?: string | undefined }?]>('pause');

export const resumeSyncUpdate = defineUpdate<null>('resume');

/** Writes from now on, for exactly this policy. A `policyHash` that is not its hash is refused. */
export const enableUpdate = defineUpdate<{ policyHash: string }, [{ policyHash?: string | undefined }?]>('enable');

/** Lets through what that round held back, as long as the decision is the same. */
export const approveUpdate = defineUpdate<{ round: number; decisionHash: string }, [{ round: number }]>('approve');

/** Another policy from now on. It observes until it is enabled. */
export const setPolicyUpdate = defineUpdate<{ policyHash: string; enabled: boolean }, [{ policy: unknown }]>(
  'setPolicy',
);

/** Reads and decides as a round would, and hands over the exact writes; sends none. */
export const planSyncUpdate = defineUpdate<SyncPlan>('plan');
