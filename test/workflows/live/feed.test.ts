import { afterEach, describe, expect, it } from '@jest/globals';
import type { NotificationFaultInput } from '../../../src/simulator/notifications/notificationFaults.js';
import { eventually } from '../../support/eventually.js';
import { type LiveRig, startLiveRig } from '../../support/liveRig.js';
import { quietTemporal } from '../../support/quietTemporal.js';
import { temporalServer } from '../../support/temporalServer.js';
import { wrongLiveRows } from '../../support/wrongLiveRows.js';

quietTemporal('ERROR');
const { address } = await temporalServer();
let rig: LiveRig;
afterEach(() => rig.close());

const wrong = () => wrongLiveRows(rig.simulator, rig.store);

async function untilRight(): Promise<void> {
  await eventually('all rows are right', async () => (await wrong()).length === 0);
}

/** Lets something befall the channels, lets agents go on, and waits until a gap of the cause is recovered. */
async function befalls(fault: NotificationFaultInput, cause: string): Promise<Record<string, unknown>> {
  rig.simulator.notifications.befall(fault);
  rig.simulator.notifications.move(20);
  const gap = await eventually(`a gap '${cause}' is recovered`, async () =>
    (await rig.store.gaps(5)).find((one) => one.cause === cause && one.recoveredMs !== null),
  );
  await rig.whole();
  await untilRight();
  return { ...gap };
}

describe('the live feed', () => {
  it('reads who does what when it begins, writes what changes, and makes up for what it could not hear or read', async () => {
    rig = await startLiveRig(address, {
      name: 'hears what changes',
      // Some changes move none of Genesys's times.
      organisation: { live: { timesKept: 0.5 } },
    });
    await rig.startWorker();
    await rig.start();
    expect(await rig.whole()).toMatchObject({
      takeOver: 1,
      takeOvers: 1,
      connected: true,
      channels: 1,
      topics: { scheduleChanged: 1, adherence: 2, routingStatus: 7 },
      rejected: [],
      occupancyOff: null,
      problem: null,
      unreadable: 0,
    });
    expect(await wrong()).toEqual([]);
    expect(await rig.store.gaps(10)).toMatchObject([{ cause: 'started', fromMs: null, users: 7, problem: null }]);
    rig.simulator.notifications.move(40);
    await untilRight();
    expect(await rig.store.query('SELECT DISTINCT source FROM occupancy_live')).toContainEqual({ source: 'event' });

    // Cut: the gap is from the last message to the new subscription.
    const before = Date.now();
    const cut = await befalls({ kind: 'cut' }, 'cut');
    expect(Number(cut['toMs'])).toBeGreaterThanOrEqual(Number(cut['fromMs']));
    expect(Math.abs(Number(cut['fromMs']) - before)).toBeLessThan(30_000);
    expect(cut).toMatchObject({ takeOver: 1, users: 7, managementUnits: 2, read: 14, problem: null });

    // Events that cannot be read, in each way that there is.
    for (const as of ['text', 'envelope', 'body'] as const) {
      const { unreadable } = await rig.state();
      rig.simulator.notifications.befall({ kind: 'unparsable', as, times: 3 });
      rig.simulator.notifications.move(3);
      const all = await eventually('they are counted, and made up for', async () => {
        const state = await rig.state();
        return state.unreadable > unreadable && state.whole ? state : null;
      });
      expect(all.takeOver).toBe(1);
      await untilRight();
    }
    expect((await rig.store.gaps(50)).filter(({ cause }) => cause === 'unreadable').length).toBeGreaterThan(0);

    // Events whose times are an hour off order nothing: what they say is read by REST.
    for (const aheadSeconds of [3600, -3600]) {
      rig.simulator.notifications.befall({ kind: 'clock', aheadSeconds });
      rig.simulator.notifications.move(10);
      rig.simulator.notifications.befall({ kind: 'clock', aheadSeconds: 0 });
      rig.simulator.notifications.move(10);
      await eventually('what they said is read', async () => (await rig.state()).whole && (await wrong()).length === 0);
    }
    const [latest] = await rig.store.query('SELECT max(event_at) AS at FROM adherence_live');
    expect(Date.parse(String(latest?.['at']))).toBeLessThan(Date.now() + 60_000);
  });

  it('notices a topic that vanished, says so, and listens to it again by itself when it is back', async () => {
    rig = await startLiveRig(address, {
      name: 'vanished topic',
      listener: { checkEveryMs: 300, askRefusedEveryMs: 1_000 },
    });
    await rig.startWorker();
    await rig.start();
    await rig.whole();
    const [agent] = rig.simulator.notifications.agents();
    const topic = `v2.workforcemanagement.managementunits.${agent?.managementUnitId}.adherence`;
    rig.simulator.notifications.befall({ kind: 'vanish', topic });
    const state = await eventually('it is told', async () => {
      const now = await rig.state();
      return now.rejected.length > 0 && now.whole ? now : null;
    });
    expect(state.rejected).toMatchObject([
      { pattern: 'v2.workforcemanagement.managementunits.{id}.adherence', count: 1 },
    ]);
    expect(state.topics.adherence).toBe(1);
    rig.simulator.notifications.befall({ kind: 'vanish', topic, back: true });
    rig.simulator.notifications.move(20);
    const back = await eventually('it is heard again, and what was missed is read', async () => {
      const now = await rig.state();
      return now.rejected.length === 0 && now.whole ? now : null;
    });
    expect(back).toMatchObject({ takeOver: 1, topics: { adherence: 2 } });
    await untilRight();
  });

  it('finds by itself who left while it heard nothing and who came, on the channel that it has', async () => {
    // What was missed is read well after the roster was.
    rig = await startLiveRig(address, { name: 'changed roster', times: { rosterMs: 700, settleMs: 3_000 } });
    await rig.startWorker();
    await rig.start();
    await rig.whole();
    const { notifications } = rig.simulator;
    const [someone] = notifications.agents();
    const userId = someone?.userId ?? '';
    notifications.befall({ kind: 'cut' });
    notifications.leave(userId);
    const rowsOf = async (table: string, columns: string) =>
      await rig.store.query(`SELECT ${columns} FROM ${table} WHERE user_id = '${userId}'`);
    await eventually(
      'the row says so',
      async () => (await rowsOf('adherence_live', 'removed'))[0]?.['removed'] === true,
    );
    await rig.whole();
    expect(await rowsOf('occupancy_live', 'user_id')).toEqual([]);
    expect(await rowsOf('adherence_live', 'removed')).toEqual([{ removed: true }]);
    await untilRight();
    const connected = () => notifications.moments().filter(({ what }) => what === 'connected').length;
    const before = connected();

    notifications.comeBack(userId);
    const gap = await eventually('what they do was read', async () =>
      (await rig.store.gaps(1)).find(({ cause, recoveredMs }) => cause === 'rewatched' && recoveredMs !== null),
    );
    // Everybody of the unit, and the one who came.
    expect(gap).toMatchObject({ users: 1, managementUnits: 1, businessUnits: 0, trunks: 0, problem: null });
    expect(gap.fromMs).not.toBeNull();
    expect(await rowsOf('adherence_live', 'removed')).toEqual([{ removed: false }]);
    await untilRight();
    expect(await rig.state()).toMatchObject({ takeOver: 1, channels: 1, topics: { routingStatus: 7 } });
    expect(connected()).toBe(before);
  });

  it('goes on without occupancy where the organisation rejects user topics, and says by which permission', async () => {
    rig = await startLiveRig(address, {
      name: 'rejected user topics',
      organisation: { notifications: { rejectUserTopics: true } },
    });
    await rig.startWorker();
    await rig.start();
    const state = await rig.whole();
    expect(state.topics).toMatchObject({ adherence: 2, routingStatus: 0 });
    expect(state.rejected).toMatchObject([{ pattern: 'v2.users.{id}.routingStatus', count: 7 }]);
    expect(state.occupancyOff).toContain('the organisation rejects topics of users');
    rig.simulator.notifications.move(30);
    await eventually(
      'adherence is right',
      async () => (await wrongLiveRows(rig.simulator, rig.store, ['adherence_live'])).length === 0,
    );
    expect(await rig.store.query('SELECT user_id FROM occupancy_live')).toEqual([]);
    expect(await rig.store.query('SELECT occupancy_off FROM live_feed')).toEqual([
      { occupancy_off: state.occupancyOff },
    ]);
  });
});
