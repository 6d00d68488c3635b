import { afterEach, describe, expect, it } from '@jest/globals';
import type { GapBegun, GapEnded } from '../../src/domain/live/liveSink.js';
import { NOTHING_WATCHED } from '../../src/domain/live/liveWatch.js';
import { topicsOf } from '../../src/domain/live/topics.js';
import { Failure } from '../../src/domain/failure.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { eventually } from '../support/eventually.js';
import { everything, type Listening, startListening } from './support/listening.js';
import { heardBy, heardLast, toldBy } from './support/told.js';

let simulator: RunningSimulator;
let listening: Listening;

async function start(
  options: Parameters<typeof startSimulator>[0] = {},
  settings: Parameters<typeof startListening>[2] = {},
  changes: Parameters<typeof startListening>[3] = {},
): Promise<void> {
  simulator = await startSimulator({ live: { eventsPerSecond: 0 }, ...options });
  listening = startListening(simulator, everything(simulator), settings, changes);
}

async function startWhole(...given: Parameters<typeof start>): Promise<void> {
  await start(...given);
  await listening.whole();
}

afterEach(async () => {
  await listening.stop();
  await simulator.close();
});

const told = (fromMessage = 1): string[] => toldBy(simulator, fromMessage);
const heard = (): string[] => heardBy(listening);
const heardUpTo = (last: string | undefined): Promise<void> => heardLast(listening, last);

/** Lets something befall the channel, and waits for the gap that it makes. */
async function gapAfter(befall: () => unknown): Promise<GapBegun & GapEnded> {
  const before = listening.began.length;
  befall();
  await eventually('the gap is told', () => listening.began.length > before);
  const gap = await listening.closedGap(listening.began[before]?.gap ?? 0);
  await listening.whole();
  return gap;
}

describe('a listener', () => {
  it('hears of schedules, trunks, adherence and routing statuses, and knows that all before was missed', async () => {
    await startWhole();
    expect(listening.began).toMatchObject([{ cause: 'started', fromMs: null, missed: everything(simulator) }]);
    simulator.notifications.move(30);
    simulator.telephony.happen({ kind: 'trunks', carrier: 'M1', connected: false });
    simulator.telephony.happen({
      kind: 'schedules',
      businessUnitId: simulator.businessUnits[0]?.id ?? '',
      removeAgents: 1,
    });
    await eventually('every kind was heard', () => new Set(listening.events.map(({ kind }) => kind)).size === 4);
    await heardUpTo(told().at(-1));
    expect(heard().sort()).toEqual(told().sort());
    const down = listening.events.filter((event) => event.kind === 'trunkChanged');
    expect(down.map(({ trunkId, trunkBaseId, connected }) => ({ trunkId, trunkBaseId, connected }))).toEqual(
      expect.arrayContaining(
        everything(simulator)
          .trunks.filter(({ id }) => down.some(({ trunkId }) => trunkId === id))
          .map(({ id, trunkBaseId }) => ({ trunkId: id, trunkBaseId, connected: false })),
      ),
    );
  });

  it.each([
    ['is cut', 'cut', 'cut'],
    ['is taken by a newer one', 'evict', 'evicted'],
  ] as const)('opens another channel when its own %s, and tells what may have been missed', async (_, kind, cause) => {
    // The simulator goes by this machine's clock.
    await startWhole({}, {}, { genesysMs: () => Date.now() });
    simulator.notifications.move(3);
    await heardUpTo(told().at(-1));
    const lastMs = simulator.notifications.messages().at(-1)?.atMs ?? 0;
    const gap = await gapAfter(() => {
      simulator.notifications.befall({ kind });
      simulator.notifications.move(3);
    });
    const missed = simulator.notifications.messages().filter(({ channelIds }) => channelIds.length === 0);
    expect(gap).toMatchObject({ cause, missed: everything(simulator) });
    expect(missed.length).toBeGreaterThan(0);
    // Less a second for what was on its way, and less what a busy machine was late: never later than what was heard last.
    expect(gap.fromMs).toBeLessThanOrEqual(lastMs);
    expect(gap.fromMs).toBeGreaterThan(lastMs - 20_000);
    expect(gap.toMs).toBeGreaterThanOrEqual(gap.fromMs ?? 0);
    const from = simulator.notifications.counts().published + 1;
    simulator.notifications.move(5);
    await heardUpTo(told(from).at(-1));
    expect(heard()).toEqual(expect.arrayContaining(told(from)));
  });

  it('gives a channel up from which nothing comes, though its socket stays open', async () => {
    await startWhole({}, { pingAfterMs: 100, pongWithinMs: 200 });
    const gap = await gapAfter(() => simulator.notifications.befall({ kind: 'silence' }));
    expect(gap).toMatchObject({ cause: 'silence' });
    simulator.notifications.move(2);
    await heardUpTo(told().at(-1));
  });

  it('goes on with another token when its own is revoked', async () => {
    await startWhole();
    const gap = await gapAfter(() => simulator.addFault({ kind: 'tokenRevoked' }));
    expect(gap).toMatchObject({ cause: 'tokenRevoked' });
    simulator.notifications.move(2);
    await heardUpTo(told().at(-1));
  });

  it('opens the next channel before the server closes one, misses nothing, and tells nothing twice', async () => {
    await startWhole({ live: { eventsPerSecond: 100 } }, { overlapMs: 400 });
    await eventually('some events came', () => heard().length > 20);
    const [first] = simulator.notifications.channels();
    simulator.notifications.befall({ kind: 'closing', afterSeconds: 20 });
    await eventually('the first channel is let go of', () =>
      simulator.notifications.channels().some(({ id, isConnected }) => id === first?.id && !isConnected),
    );
    simulator.notifications.setEventsPerSecond(0);
    await heardUpTo(told().at(-1));
    expect(heard().sort()).toEqual(told(firstHeard()).sort());
    expect(listening.began).toHaveLength(1);
    const both = simulator.notifications.messages().filter(({ channelIds }) => channelIds.length > 1);
    expect(both.length).toBeGreaterThan(0);
  });

  it('lets go of a channel before it opens the next where there may be no channel more, and tells the gap', async () => {
    await startWhole({ notifications: { channelsPerApp: 1 } }, { channels: 1 });
    const gap = await gapAfter(() => simulator.notifications.befall({ kind: 'closing', afterSeconds: 20 }));
    expect(gap.cause).toBe('closing');
    expect(simulator.notifications.moments().filter(({ what }) => what === 'removed')).toHaveLength(1);
    expect(simulator.notifications.channels()).toMatchObject([{ isConnected: true }]);
  });

  it('tells which topics were rejected, why, and which permission is missing; all else goes on', async () => {
    await startWhole({
      notifications: { rejectUserTopics: true },
      permissions: ['wfm:schedule:view', 'wfm:realtimeAdherence:view', 'wfm:agent:view'],
    });
    const { userIds, trunks } = everything(simulator);
    expect(listening.states.at(-1)?.rejected).toEqual([
      {
        pattern: 'v2.telephony.providers.edges.trunks.{id}',
        kind: 'trunkChanged',
        count: trunks.length,
        reason: expect.stringContaining('v2.telephony.providers.edges.trunks.{id}'),
        missingPermissions: ['telephony:plugin:all'],
      },
      {
        pattern: 'v2.users.{id}.routingStatus',
        kind: 'routingStatus',
        count: userIds.length,
        reason: 'The topic "v2.users.{id}.routingStatus" is for its user alone',
        missingPermissions: [],
      },
    ]);
    expect(listening.states.at(-1)?.topics).toMatchObject({ trunkChanged: 0, routingStatus: 0, adherence: 2 });
    simulator.notifications.move(5);
    await eventually('adherence is heard', () => listening.events.length >= 5);
    expect(new Set(listening.events.map(({ kind }) => kind))).toEqual(new Set(['adherence']));
  });

  it('notices a topic that vanished, tells what may have been missed of it, and that it is refused now', async () => {
    await startWhole({}, { checkEveryMs: 100 });
    const [user] = everything(simulator).userIds;
    const gap = await gapAfter(() =>
      simulator.notifications.befall({ kind: 'vanish', topic: `v2.users.${user}.routingStatus` }),
    );
    expect(gap).toMatchObject({
      cause: 'unsubscribed',
      missed: { userIds: [user], trunks: [], managementUnitIds: [] },
    });
    expect(gap.fromMs).not.toBeNull();
    await eventually('it is told', () => listening.states.at(-1)?.rejected.length === 1);
    expect(listening.states.at(-1)?.rejected).toMatchObject([{ kind: 'routingStatus', count: 1 }]);
  });

  it.each(['text', 'envelope', 'body'] as const)(
    'counts an event that cannot be read (%s), and hears the next',
    async (as) => {
      await startWhole();
      const [unit] = everything(simulator).managementUnitIds;
      simulator.notifications.befall({ kind: 'unparsable', as, topic: 'v2.workforcemanagement.managementunits.' });
      simulator.notifications.move(10);
      await heardUpTo(told().at(-1));
      expect(listening.unreadable).toHaveLength(1);
      const missedUnits = listening.unreadable[0]?.missed.managementUnitIds;
      if (as === 'body') {
        expect(listening.unreadable[0]?.why).toMatch(/^user is missing/);
        expect(missedUnits).toHaveLength(1);
      } else expect(missedUnits).toEqual(expect.arrayContaining([unit]));
      expect(listening.began).toHaveLength(1);
    },
  );

  it('asks for refused topics again, and tells that nobody ever heard what is permitted now', async () => {
    await startWhole({ notifications: { rejectUserTopics: true } }, { checkEveryMs: 100, askRefusedEveryMs: 300 });
    const { userIds } = everything(simulator);
    expect(listening.states.at(-1)?.topics.routingStatus).toBe(0);
    const [subscribed] = simulator.notifications.moments().filter(({ what }) => what === 'subscribed');
    const gap = await gapAfter(() => simulator.notifications.befall({ kind: 'rejectUserTopics', on: false }));
    expect(gap).toMatchObject({ cause: 'started', fromMs: null, missed: { userIds, managementUnitIds: [] } });
    expect(listening.states.at(-1)).toMatchObject({ rejected: [], topics: { routingStatus: userIds.length } });
    const from = simulator.notifications.counts().published + 1;
    simulator.notifications.move(10);
    await heardUpTo(told(from).at(-1));
    expect(heard().sort()).toEqual(told(from).sort());
    expect(simulator.notifications.moments().every(({ channelId }) => channelId === subscribed?.channelId)).toBe(true);
  });

  it('listens to other things on the channel that it has: what stays is heard all the while, what came is a gap until then', async () => {
    await startWhole();
    const all = everything(simulator);
    const [first = '', ...others] = all.userIds;
    const rewatch = (userIds: readonly string[], missed: readonly string[]) => {
      const change = { watch: { ...all, userIds }, missed: { ...NOTHING_WATCHED, userIds: missed }, sinceMs: 1_000 };
      listening.watched.change(change);
    };
    const carried = () => simulator.notifications.channels()[0]?.topics ?? [];
    rewatch(others, []);
    await eventually('one topic less', () => carried().length === topicsOf(all).length - 1);
    // All the while something is to be heard.
    simulator.notifications.setEventsPerSecond(100);
    const gap = await gapAfter(() => rewatch(all.userIds, [first]));
    simulator.notifications.setEventsPerSecond(0);
    expect(gap).toMatchObject({
      cause: 'rewatched',
      fromMs: 1_000,
      missed: { userIds: [first], managementUnitIds: [] },
    });
    expect([...carried()].sort()).toEqual(topicsOf(all).sort());
    await heardUpTo(told().at(-1));
    const ofOthers = (lines: readonly string[]) => lines.filter((line) => !line.startsWith(`routingStatus ${first}`));
    expect(ofOthers(heard()).sort()).toEqual(ofOthers(told()).sort());
    expect(listening.began.map(({ cause }) => cause)).toEqual(['started', 'rewatched']);
    expect(simulator.notifications.moments().filter(({ what }) => what === 'connected')).toHaveLength(1);
  });

  it('renews a channel before its life is over', async () => {
    let aheadMs = 0;
    await startWhole(
      { notifications: { channelLifetimeSeconds: 3_600 } },
      { checkEveryMs: 100, silenceMs: 7_200_000, pingAfterMs: 7_200_000 },
      { steadyMs: () => performance.now() + aheadMs },
    );
    const [before] = simulator.notifications.channels();
    aheadMs = 1_900_000;
    const renewed = await eventually('it lives longer', () =>
      simulator.notifications.channels().find(({ expiresMs }) => expiresMs > (before?.expiresMs ?? Infinity)),
    );
    expect(renewed).toMatchObject({ id: before?.id, topics: before?.topics, isConnected: true });
    expect(listening.began).toHaveLength(1);
  });

  it('splits what one channel cannot carry, and lets each of them be lost alone', async () => {
    const unit = { name: 'Large', timeZone: 'Asia/Singapore', agents: 1_100 };
    await startWhole({ units: [unit], turnover: false });
    const [first, second] = byTopics();
    expect(first?.topics).toHaveLength(1_000);
    expect(simulator.notifications.channels()).toHaveLength(2);
    expect(listening.states.at(-1)).toMatchObject({
      connected: true,
      channels: 2,
      topics: { routingStatus: 1_100, adherence: 1 },
    });
    const gap = await gapAfter(() => simulator.notifications.befall({ kind: 'cut', channelId: second?.id ?? '' }));
    expect(gap.missed).toMatchObject({ managementUnitIds: [], businessUnitIds: [], trunks: [] });
    expect(gap.missed.userIds).toHaveLength(second?.topics.length ?? 0);
  });

  it('is whole without a channel that was lost, where nothing that it carried is to be heard any more', async () => {
    const unit = { name: 'Large', timeZone: 'Asia/Singapore', agents: 1_100 };
    let isAway = false;
    await startWhole(
      { units: [unit], turnover: false },
      {},
      {
        calls: (real) => ({
          ...real,
          createChannel: () => (isAway ? new Promise(() => undefined) : real.createChannel()),
        }),
      },
    );
    const all = everything(simulator);
    const [first, second] = byTopics();
    const [last = ''] = all.userIds.slice(-1);
    const change = (userIds: readonly string[], missed: readonly string[]) => {
      const watch = { ...all, userIds };
      listening.watched.change({ watch, missed: { ...NOTHING_WATCHED, userIds: missed }, sinceMs: 1_000 });
    };
    change(all.userIds.slice(0, -1), []);
    const carried = () => simulator.notifications.channels().find(({ id }) => id === second?.id)?.topics.length ?? 0;
    await eventually('one topic less', () => carried() === (second?.topics.length ?? 0) - 1);
    isAway = true;
    simulator.notifications.befall({ kind: 'cut', channelId: second?.id ?? '' });
    await eventually('its loss is told', () => listening.began.some(({ cause }) => cause === 'cut'));
    change(all.userIds, [last]);
    await eventually('what came is told', () => listening.began.some(({ cause }) => cause === 'rewatched'));
    const kept = all.userIds.filter((id) => first?.topics.includes(`v2.users.${id}.routingStatus`));
    change(kept, []);
    await listening.whole();
    expect(listening.began.map(({ cause }) => cause)).toEqual(['started', 'started', 'cut', 'rewatched']);
    expect(listening.states.at(-1)).toMatchObject({ channels: 1, topics: { routingStatus: kept.length } });
    expect(kept.length).toBeGreaterThan(900);
  });

  it('waits as long as Genesys asks before it tries again', async () => {
    let calls = 0;
    const answered: number[] = [];
    await startWhole(
      {},
      {},
      {
        calls: (real) => ({
          ...real,
          createChannel: async () => {
            answered.push(performance.now());
            if (++calls === 1) throw new Failure('Throttled', 'not now', { retryAtMs: Date.now() + 700 });
            return real.createChannel();
          },
        }),
      },
    );
    expect((answered[1] ?? 0) - (answered[0] ?? 0)).toBeGreaterThanOrEqual(690);
    expect(listening.states.some(({ problem }) => problem === 'not now')).toBe(true);
    expect(listening.states.at(-1)?.problem).toBeNull();
  });

  it('follows no address of another region, and says so', async () => {
    await start(
      {},
      {},
      {
        calls: (real) => ({
          ...real,
          createChannel: async () => ({
            ...(await real.createChannel()),
            connectUri: 'wss://streaming.example.com/channels/x',
          }),
        }),
      },
    );
    const state = await eventually('it is told', () => listening.states.find(({ problem }) => problem !== null));
    expect(state).toMatchObject({
      connected: false,
      problem: expect.stringContaining('wss://streaming.example.com was refused'),
    });
    expect(state.problem).not.toContain('channels/x');
  });

  it('reads no message larger than allowed', async () => {
    await startWhole({}, { largestMessageBytes: 300 });
    const gap = await gapAfter(() => simulator.notifications.move(5));
    expect(gap.cause).toBe('cut');
  });

  it('leaves no topic and no socket behind when it is stopped', async () => {
    await startWhole();
    await listening.stop();
    expect(await listening.outcome()).toBeNull();
    expect(simulator.notifications.channels()).toMatchObject([{ topics: [] }]);
    await eventually('its socket is closed', () => simulator.notifications.channels()[0]?.isConnected === false);
  });

  it('tells of a loss whose cause is still being asked for when it is stopped, though its channel is back', async () => {
    const asked: string[] = [];
    const noAnswer = (id: string): Promise<boolean> => {
      asked.push(id);
      return new Promise(() => undefined);
    };
    await startWhole({}, { callTimeoutMs: 3_600_000 }, { calls: (real) => ({ ...real, isChannelAlive: noAnswer }) });
    simulator.notifications.befall({ kind: 'cut' });
    await eventually('its cause is asked for', () => asked.length > 0);
    await eventually('the channel is back', () => listening.states.at(-1)?.connected);
    expect(listening.began).toHaveLength(1);
    await listening.stop();
    expect(listening.began).toMatchObject([{ cause: 'started' }, { cause: 'cut', missed: everything(simulator) }]);
  });

  it('stops where its sink says that another listener has taken over', async () => {
    const conflict = new Failure('Conflict', 'another listener has taken over');
    await start({}, {}, { sink: { gapEnded: () => Promise.reject(conflict) } });
    expect(await listening.outcome()).toBe(conflict);
    await eventually('it lets go of its channel', () =>
      simulator.notifications.channels().every((one) => !one.isConnected),
    );
  });
});

/** Channels, the one with the most topics first: which is created first is chance. */
function byTopics() {
  return [...simulator.notifications.channels()].sort((one, other) => other.topics.length - one.topics.length);
}

/** Number of the first message that any channel carried. */
function firstHeard(): number {
  return simulator.notifications.messages().find(({ channelIds }) => channelIds.length > 0)?.number ?? 1;
}
