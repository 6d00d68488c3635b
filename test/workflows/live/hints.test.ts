import { afterEach, describe, expect, it } from '@jest/globals';
import { SyncPolicy } from '../../../src/domain/sync/syncPolicy.js';
import type { SyncState } from '../../../src/domain/sync/syncState.js';
import { eventually } from '../../support/eventually.js';
import { type LiveRig, startLiveRig } from '../../support/liveRig.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { firstPolicy } from '../../support/syncEnvironment.js';
import { temporalServer } from '../../support/temporalServer.js';
import { holdWarehouse } from '../../support/warehouseHolder.js';
import { wrongLiveRows } from '../../support/wrongLiveRows.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let rig: LiveRig;
afterEach(() => rig.close());

const describedStatus = async (id: string) => (await rig.client.workflow.getHandle(id).describe()).status.name;

describe('what the feed hears of schedules and trunks', () => {
  it('is dropped and counted while no sync runs, reaches the one that does with its number, and an older number is not heeded', async () => {
    rig = await startLiveRig(address, { name: 'hints' });
    await rig.startWorker();
    await rig.start();
    await rig.whole();
    // What the first gap may have missed was told to nobody.
    const none = await eventually('nobody is there to be told', async () => {
      const { sync } = await rig.state();
      return sync.state === 'none' ? sync : null;
    });
    expect(none.told).toBe(0);

    const syncId = `trunkSync/${rig.simulator.organisationId}`;
    const policy = SyncPolicy.parse({ ...firstPolicy(rig.simulator), debounceSeconds: 1 });
    const sync = await rig.client.workflow.start('trunkSync', {
      taskQueue: rig.taskQueue,
      workflowId: syncId,
      args: [{ policy }],
    });
    try {
      const state = () => sync.query<SyncState>('state');
      const first = await eventually('a round has ended', async () =>
        (await state()).round > 0 ? await state() : null,
      );
      expect(first).toMatchObject({ takeOver: null, staleSignals: 0 });
      const [trunkBase] = rig.simulator.telephony.facts().trunkBases;
      rig.simulator.telephony.happen({ kind: 'trunks', trunkBaseIds: [trunkBase?.id ?? ''], connected: false });
      const told = await eventually('the sync is told', async () =>
        (await state()).takeOver === 1 ? await state() : null,
      );
      expect(told.staleSignals).toBe(0);
      await eventually('the feed says so', async () => (await rig.state()).sync.state === 'told');

      await sync.signal('trunkChanged', { trunkId: 't', takeOver: 0 });
      await sync.signal('scheduleChanged', { businessUnitId: 'b', takeOver: 0 });
      await eventually('both are dropped', async () => (await state()).staleSignals === 2);
      expect((await state()).takeOver).toBe(1);
    } finally {
      await sync.terminate();
    }
  });
});

describe('the live feed', () => {
  it('keeps rows while another program has their file, says so, and ends cleanly when it is stopped', async () => {
    rig = await startLiveRig(address, { name: 'held file' });
    await rig.startWorker();
    await rig.start();
    await rig.whole();
    const analyst = await holdWarehouse(rig.store.location);
    rig.simulator.notifications.move(30);
    const waiting = await eventually('rows wait', async () => {
      const state = await rig.state();
      return state.waiting > 0 && state.problem !== null ? state : null;
    });
    expect(waiting.whole).toBe(false);
    expect(waiting.problem).toContain(`is held by process ${analyst.pid}`);
    await analyst.letGo();
    await rig.whole();
    await eventually('all rows are right', async () => (await wrongLiveRows(rig.simulator, rig.store)).length === 0);

    await rig.client.workflow.getHandle(rig.feedId).cancel();
    await eventually('it has ended', async () => (await describedStatus(rig.feedId)) !== 'RUNNING');
    expect(await describedStatus(rig.feedId)).toBe('CANCELLED');
    expect(await rig.store.query('SELECT connected, whole FROM live_feed')).toEqual([
      { connected: false, whole: false },
    ]);
    await eventually('no channel has topics', () =>
      rig.simulator.notifications.channels().every(({ topics }) => topics.length === 0),
    );
  });

  it('goes on in another run when its history is long, with a gap for the moment between', async () => {
    rig = await startLiveRig(address, { name: 'long history' });
    await rig.startWorker();
    const { firstExecutionRunId } = await rig.start();
    await rig.whole();
    const handle = rig.client.workflow.getHandle(rig.feedId);
    // What cannot be read says nothing, and is counted all the same.
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 200 }, () => handle.signal('listening', 'unreadable')));
    const state = await rig.whole(1);
    // More than two where the machine stood still for so long that the listener was taken for dead.
    expect(state.takeOver).toBeGreaterThanOrEqual(2);
    expect(state).toMatchObject({ takeOvers: state.takeOver, unreadableSignals: 2000 });
    const described = await handle.describe();
    expect(described.runId).not.toBe(firstExecutionRunId);
    expect(described.historyLength).toBeLessThan(300);
    const gaps = await rig.store.gaps(10);
    expect(gaps.filter(({ cause }) => cause === 'takenOver').at(-1)).toMatchObject({ takeOver: 2, read: 14 });
  });
});
