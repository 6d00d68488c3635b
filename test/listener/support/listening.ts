import type {
  GapBegun,
  GapEnded,
  ListenerState,
  LiveSink,
  UnreadableEvent,
} from '../../../src/domain/live/liveSink.js';
import type { LiveEvent } from '../../../src/domain/live/liveEvent.js';
import type { LiveWatch } from '../../../src/domain/live/liveWatch.js';
import type { ChannelCalls } from '../../../src/domain/live/channelCalls.js';
import { createGenesysClient } from '../../../src/genesys/createGenesysClient.js';
import { listen } from '../../../src/listener/listen.js';
import { Watched } from '../../../src/listener/watched.js';
import type { ListenerSettings } from '../../../src/listener/listenerParts.js';
import type { RunningSimulator } from '../../../src/simulator/startSimulator.js';
import { eventually } from '../../support/eventually.js';

/** What a listener told, in the order in which it did. */
export interface Heard {
  readonly events: LiveEvent[];
  readonly unreadable: UnreadableEvent[];
  readonly began: GapBegun[];
  readonly ended: GapEnded[];
  readonly states: ListenerState[];
}

/** A listener at work on a simulated organisation. */
export interface Listening extends Heard {
  /** What it listens to: may be changed. */
  readonly watched: Watched;
  readonly signal: AbortSignal;
  /** Resolves when everything is subscribed and no gap is open. */
  whole(): Promise<void>;
  /** The gap of a number, once it has ended. */
  closedGap(gap: number): Promise<GapBegun & GapEnded>;
  /** What the listener came to: null, or what it failed with. */
  outcome(): Promise<unknown>;
  stop(): Promise<void>;
}

/** Short patience, so that tests do not wait. */
export const IMPATIENT: Partial<ListenerSettings> = { overlapMs: 200, tellEveryMs: 50, lastingMs: 0 };

/** @param changes of the calls: to count them, or let them fail. */
export function startListening(
  simulator: RunningSimulator,
  watch: LiveWatch,
  settings: Partial<ListenerSettings> = {},
  changes: {
    calls?: (calls: ChannelCalls) => ChannelCalls;
    sink?: Partial<LiveSink>;
    genesysMs?: () => number;
    steadyMs?: () => number;
  } = {},
): Listening {
  const { url, clientId, clientSecret } = simulator;
  const client = createGenesysClient({ apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [] });
  const heard: Heard = { events: [], unreadable: [], began: [], ended: [], states: [] };
  const sink: LiveSink = {
    event: (event) => heard.events.push(event),
    unreadable: (event) => heard.unreadable.push(event),
    gapBegan: (gap) => {
      heard.began.push(gap);
      return Promise.resolve();
    },
    gapEnded: (gap) => {
      heard.ended.push(gap);
      return Promise.resolve();
    },
    changed: (state) => heard.states.push(state),
    ...changes.sink,
  };
  const stop = new AbortController();
  const parts = {
    hosts: { apiUrl: url },
    calls: changes.calls?.(client) ?? client,
    sink,
    clock: {
      genesysMs: changes.genesysMs ?? (() => client.timeMs()),
      steadyMs: changes.steadyMs ?? (() => performance.now()),
      wallMs: () => Date.now(),
    },
    random: () => 0.5,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    settings: { ...IMPATIENT, ...settings },
  };
  const watched = new Watched(watch);
  const outcome = listen(parts, watched, stop.signal).then(
    () => null,
    (error: unknown) => error,
  );
  return {
    ...heard,
    watched,
    signal: stop.signal,
    whole: async () => {
      await eventually(
        'everything is subscribed',
        () => heard.states.at(-1)?.connected === true && heard.ended.length >= heard.began.length,
      );
    },
    closedGap: (number) =>
      eventually(`gap ${number} is closed`, () => {
        const begun = heard.began.find(({ gap }) => gap === number);
        const ended = heard.ended.find(({ gap }) => gap === number);
        return begun && ended ? { ...begun, ...ended } : null;
      }),
    outcome: () => outcome,
    stop: async () => {
      stop.abort();
      await outcome;
      await client.close();
    },
  };
}

/** Everything of a simulated organisation that a feed can listen to. */
export function everything(simulator: RunningSimulator): LiveWatch {
  return {
    businessUnitIds: simulator.businessUnits.map(({ id }) => id),
    trunks: simulator.telephony
      .facts()
      .trunkBases.flatMap(({ id, trunkIds }) => trunkIds.map((trunkId) => ({ id: trunkId, trunkBaseId: id }))),
    managementUnitIds: simulator.units.map(({ id }) => id),
    userIds: simulator.notifications.agents().map(({ userId }) => userId),
  };
}
