import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { exportHistories, type RunHistory } from '../support/exportHistories.js';
import { type FeedHandle, type LiveRig, startLiveRig } from '../support/liveRig.js';

/** How a live feed is led into its circumstance. */
const LED: Readonly<Record<'live' | 'liveContinuedAsNew', (rig: LiveRig, handle: FeedHandle) => Promise<void>>> = {
  // Its connection is cut, its listener's worker stops, and another takes over.
  live: async (rig) => {
    const worker = await rig.startWorker();
    await rig.whole();
    rig.simulator.notifications.befall({ kind: 'cut' });
    await eventually('the gap was recovered', async () =>
      (await rig.store.gaps(5)).some(({ cause, recoveredMs }) => cause === 'cut' && recoveredMs !== null),
    );
    const { takeOver } = await rig.whole();
    await rig.startWorker();
    await worker.stop();
    await rig.whole(takeOver);
  },
  // It is told so much that it goes on in another run.
  liveContinuedAsNew: async (rig, handle) => {
    await rig.startWorker();
    const { takeOver } = await rig.whole();
    const feed = rig.client.workflow.getHandle(handle.workflowId);
    await eventually(
      'the next run',
      async () => {
        await Promise.all(Array.from({ length: 50 }, () => feed.signal('listening', {}).catch(() => undefined)));
        // A run cannot end while messages go on coming in.
        await sleep(300);
        return (await feed.describe()).runId !== handle.firstExecutionRunId;
      },
      180_000,
    );
    await rig.whole(takeOver);
  },
};

/** Histories of every run of a live feed, which is stopped in the end as an operator would. */
export async function recordLive(
  address: string,
  circumstance: keyof typeof LED,
): Promise<{ histories: RunHistory[]; secrets: string[] }> {
  const rig = await startLiveRig(address, { name: `replay ${circumstance}` });
  try {
    const handle = await rig.start();
    await LED[circumstance](rig, handle);
    const feed = rig.client.workflow.getHandle(handle.workflowId);
    await feed.cancel();
    await feed.result().catch(() => undefined);
    return {
      histories: await exportHistories(rig.client, handle.workflowId, handle.firstExecutionRunId),
      secrets: [rig.simulator.clientSecret, ...rig.simulator.accessTokens()],
    };
  } finally {
    await rig.close();
  }
}
