import { abandonActivities } from './abandon.js';
import { adherenceJobActivities } from './adherenceJob.js';
import type { ActivityDeps } from './deps.js';
import { estimateActivities } from './estimate.js';
import { exportEndActivities } from './exportEnd.js';
import { holdActivities } from './hold.js';
import { listenActivities } from './listen.js';
import { loadActivities } from './load.js';
import { nightlyActivities } from './nightly.js';
import { occupancyQueryActivities } from './occupancyQuery.js';
import { otherWindowActivities } from './otherWindow.js';
import { planActivities } from './plan.js';
import { purgeActivities } from './purge.js';
import { queueRateActivities } from './queueRate.js';
import { scheduleSearchActivities } from './scheduleSearch.js';
import { structureActivities } from './structure.js';
import { syncBeginActivities } from './syncBegin.js';
import { syncReadActivities } from './syncReads.js';
import { syncSnapshotActivities } from './syncSnapshots.js';
import { syncWriteActivities } from './syncWrites.js';
import { verifyChainActivities } from './verifyChain.js';

/** Every activity of a worker, over what it acts through. */
export function createActivities(deps: ActivityDeps) {
  return {
    ...structureActivities(deps),
    ...planActivities(deps),
    ...estimateActivities(deps),
    ...adherenceJobActivities(deps),
    ...occupancyQueryActivities(deps),
    ...scheduleSearchActivities(deps),
    ...loadActivities(deps),
    ...otherWindowActivities(deps),
    ...exportEndActivities(deps),
    ...nightlyActivities(deps),
    ...verifyChainActivities(deps),
    ...abandonActivities(deps),
    ...holdActivities(deps),
    ...purgeActivities(deps),
    ...queueRateActivities(),
    ...syncBeginActivities(deps),
    ...syncReadActivities(deps),
    ...syncSnapshotActivities(deps),
    ...syncWriteActivities(deps),
    ...listenActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
