import { adherenceBody, routingStatusBody } from '../live/adherenceBodies.js';
import type { SimulatorContext } from '../simulatorContext.js';
import type { Channel } from './channels.js';
import { NotificationFault, type NotificationFaultInput } from './notificationFaults.js';
import type { ChannelMoment, PublishedMessage } from './publishedLedger.js';

/** What channels there are now. Instants are milliseconds since the epoch. */
export interface ChannelNow {
  readonly id: string;
  readonly clientId: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly isConnected: boolean;
  readonly isSilent: boolean;
  readonly topics: readonly string[];
}

/** What an agent is doing now: the truth that rows must show, in the bodies that REST answers. */
export interface AgentNow {
  readonly userId: string;
  readonly managementUnitId: string;
  readonly adherence: Record<string, unknown>;
  readonly routingStatus: Record<string, unknown>;
}

/** The simulator's switches for notification channels and what agents do now, and the truth about them. */
export interface NotificationControls {
  channels(): readonly ChannelNow[];
  /** Messages from a number on (1 is the first); the newest 20,000 at least. */
  messages(from?: number): readonly PublishedMessage[];
  /** When channels were connected, subscribed, cut and removed. */
  moments(): readonly ChannelMoment[];
  /** Messages about topics since the start, and how many of them no channel carried. */
  counts(): { readonly published: number; readonly unheard: number };
  /** Every agent of now. */
  agents(): readonly AgentNow[];
  /** Lets something befall channels. @returns how many channels it befell. @throws ZodError, or RangeError where no such channel is. */
  befall(fault: NotificationFaultInput): number;
  /** From now on agents make so many events a second. */
  setEventsPerSecond(rate: number): void;
  /** Lets so many agents do something else at once. */
  move(times?: number): void;
  /** Takes somebody out of their unit. @throws RangeError where nobody of the id works here now. */
  leave(userId: string): void;
  /** Takes somebody who left back into their unit; nobody is told. @throws RangeError where nobody of the id has left. */
  comeBack(userId: string): void;
}

/** Builds the switches. */
export function notificationControls(context: SimulatorContext): NotificationControls {
  const { channels, live, eventSource, now } = context;
  return {
    channels: () =>
      channels.all().map(({ id, clientId, createdMs, expiresMs, socket, topics }) => ({
        id,
        clientId,
        createdMs,
        expiresMs,
        isConnected: socket !== null,
        isSilent: socket?.isSilent ?? false,
        topics: [...topics],
      })),
    messages: (from) => channels.ledger.messages(from),
    moments: () => channels.ledger.moments(),
    counts: () => channels.ledger.counts(),
    agents: () => {
      live.catchUp();
      return live.all().map((state) => ({
        userId: state.userId,
        managementUnitId: state.unit.id,
        adherence: adherenceBody(state),
        routingStatus: routingStatusBody(state),
      }));
    },
    befall: (fault) => befall(NotificationFault.parse(fault)),
    setEventsPerSecond: (rate) => {
      live.eventsPerSecond = rate;
    },
    move: (times = 1) => {
      live.catchUp();
      for (let index = 0; index < times; index++) live.move();
    },
    leave: (userId) => {
      eventSource.agentLeft(live.leave(userId));
    },
    comeBack: (userId) => {
      live.comeBack(userId);
    },
  };

  function befall(fault: NotificationFault): number {
    switch (fault.kind) {
      case 'cut':
        return each(fault.channelId, ({ socket }) => socket?.close('cut'));
      case 'silence':
        return each(fault.channelId, ({ socket }) => socket?.silence(now() + fault.seconds * 1000, fault.pongs));
      case 'closing':
        return each(fault.channelId, ({ socket }) =>
          socket?.closeWithNotice(fault.afterSeconds ?? channels.settings.closingNoticeSeconds),
        );
      case 'evict':
        return each(fault.channelId, (channel) => channels.remove(channel, 'evicted'));
      case 'expire':
        return each(fault.channelId, (channel) => channels.remove(channel, 'expired'));
      case 'rejectUserTopics':
        channels.rejectsUserTopics = fault.on;
        return channels.all().length;
      case 'vanish':
        eventSource.vanish(fault.topic, fault.back);
        return channels.forget(fault.topic);
      case 'unparsable':
        eventSource.garble(fault.topic ?? '', fault.as, fault.times);
        return channels.all().length;
      case 'clock':
        eventSource.setClock(fault.aheadSeconds);
        return channels.all().length;
    }
  }

  function each(channelId: string | undefined, act: (channel: Channel) => void): number {
    const meant = channels.all().filter(({ id }) => channelId === undefined || id === channelId);
    if (channelId !== undefined && meant.length === 0) throw new RangeError(`no channel has the id ${channelId}`);
    for (const channel of meant) act(channel);
    return meant.length;
  }
}
