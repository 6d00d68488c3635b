import { Failure } from '../src/domain/failure.js';
import type { GatedAnswer } from '../src/domain/sync/gatedAnswer.js';
import type { AvailabilityFact, ScheduleFact } from '../src/domain/sync/syncFacts.js';
import type { PolicySite } from '../src/domain/sync/syncPolicy.js';
import type { ActivityDeps } from './deps.js';
import { type SyncCall, syncCall } from './syncCall.js';

/** What a round is to know of one published schedule: how many agents each site has, interval by interval. */
export interface SnapshotRequest extends SyncCall {
  readonly schedule: ScheduleFact;
  /** Sites that go by this schedule's business unit. */
  readonly sites: readonly PolicySite[];
  readonly intervalMinutes: number;
}

/** Snapshots of schedules for the trunk sync. */
export function syncSnapshotActivities(deps: ActivityDeps) {
  return {
    async snapshotSchedules(input: SnapshotRequest): Promise<GatedAnswer<readonly AvailabilityFact[]>> {
      return await syncCall(deps, input, () =>
        Promise.reject(new Failure('Blocked', 'snapshots of schedules are not taken yet')),
      );
    },
  };
}
