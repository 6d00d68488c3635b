import { eventually } from '../support/eventually.js';
import { exportHistories, type RunHistory } from '../support/exportHistories.js';
import { startLiveRig } from '../support/liveRig.js';

/**
 * History of a live feed: its connection is cut, its listener's worker stops, another takes over, and it is stopped in the end as an
 * operator would.
 */
export async function recordLive(address: string): Promise<{ histories: RunHistory[]; secrets: string[] }> {
  const rig = await startLiveRig(address, { name: 'replay live' });
  try {
    const { workflowId, firstExecutionRunId } = await rig.start();
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
    const feed = rig.client.workflow.getHandle(workflowId);
    await feed.cancel();
    await feed.result().catch(() => undefined);
    return {
      histories: await exportHistories(rig.client, workflowId, firstExecutionRunId),
      secrets: [rig.simulator.clientSecret, ...rig.simulator.accessTokens()],
    };
  } finally {
    await rig.close();
  }
}
