import { eventually } from '../support/eventually.js';
import { exportHistories, type RunHistory } from '../support/exportHistories.js';
import { type LiveRig, type LiveRigOptions, startLiveRig } from '../support/liveRig.js';

interface Recorded {
  readonly histories: RunHistory[];
  readonly secrets: string[];
}

/** History of a live feed: its connection is cut, its listener's worker stops, and another takes over. */
export async function recordLive(address: string): Promise<Recorded> {
  return await recorded(address, { name: 'replay live' }, async (rig, worker) => {
    rig.simulator.notifications.befall({ kind: 'cut' });
    await eventually('the gap was recovered', async () =>
      (await rig.store.gaps(5)).some(({ cause, recoveredMs }) => cause === 'cut' && recoveredMs !== null),
    );
    const { takeOver } = await rig.whole();
    await rig.startWorker();
    await worker.stop();
    await rig.whole(takeOver);
  });
}

/** Histories of a live feed whose listeners end, as each does once a day: another run goes on. */
export async function recordLiveContinued(address: string): Promise<Recorded> {
  return await recorded(address, { name: 'replay live continued', times: { lastsMs: 4_000 } }, async (rig) => {
    await rig.whole(2);
  });
}

/** Lets something happen to a feed that is whole, and stops it as an operator would. */
async function recorded(
  address: string,
  options: LiveRigOptions,
  happens: (rig: LiveRig, worker: Awaited<ReturnType<LiveRig['startWorker']>>) => Promise<void>,
): Promise<Recorded> {
  const rig = await startLiveRig(address, options);
  try {
    const { workflowId, firstExecutionRunId } = await rig.start();
    const worker = await rig.startWorker();
    await rig.whole();
    await happens(rig, worker);
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
