import type { GatedAnswer } from '../src/domain/sync/gatedAnswer.js';
import type { AvailabilityFact } from '../src/domain/sync/syncFacts.js';
import type { ActivityDeps } from './deps.js';
import { type SyncCall, syncCall } from './syncCall.js';
import { type SnapshotRequest, takeSnapshot } from './takeSnapshot.js';
import { UnitFacts } from './unitFacts.js';

/** Snapshots of schedules for the trunk sync. */
export function syncSnapshotActivities(deps: ActivityDeps) {
  const units = new UnitFacts(() => deps.now().getTime());
  return {
    /**
     * Counts the agents of one published schedule for each site. One API call a week of the schedule; at first, and once an hour, also
     * those that tell its zone, its activity codes and the users of the management units that sites name.
     */
    async snapshotSchedules(input: SyncCall & SnapshotRequest): Promise<GatedAnswer<readonly AvailabilityFact[]>> {
      return await syncCall(deps, input, (genesys, beat) => takeSnapshot({ deps, genesys, units, beat }, input));
    },
  };
}
