import { randomBytes, randomUUID } from 'node:crypto';
import type { ChannelSocket, CloseCause } from './channelSocket.js';
import type { NotificationSettings } from './notificationSettings.js';
import type { PublishedLedger } from './publishedLedger.js';

/** A notification channel. Instants are milliseconds since the epoch. */
export interface Channel {
  readonly id: string;
  readonly clientId: string;
  /** The bearer token that made it. */
  readonly token: string;
  readonly createdMs: number;
  expiresMs: number;
  usedMs: number;
  topics: Set<string>;
  socket: ChannelSocket | null;
}

/**
 * The notification channels of an organisation: who has which, what they carry, and what is sent.
 *
 * Nothing is kept for a channel without a socket: there is no replay. Sources: the API documentation (one more than 20 channels of a
 * user and app removes "the channel with oldest last used date. Channels without an active connection will be removed first"), the
 * notification service's page (one socket a channel, 24 hours). A guess: that a revoked token takes its channels with it.
 */
export class Channels {
  readonly #channels = new Map<string, Channel>();
  /** Whether topics of users are refused; subscriptions that there are stay. */
  rejectsUserTopics: boolean;

  constructor(
    private readonly organisationId: string,
    readonly settings: NotificationSettings,
    readonly ledger: PublishedLedger,
    private readonly now: () => number,
  ) {
    this.rejectsUserTopics = settings.rejectUserTopics;
  }

  create(clientId: string, token: string): Channel {
    const own = this.all().filter((channel) => channel.clientId === clientId);
    if (own.length >= this.settings.channelsPerApp) {
      const byUse = own.sort((one, other) => one.usedMs - other.usedMs);
      const oldest = byUse.find(({ socket }) => !socket) ?? byUse[0];
      if (oldest) this.remove(oldest, 'evicted');
    }
    const nowMs = this.now();
    const channel: Channel = {
      id: `streaming-0-${randomBytes(13).toString('hex')}`,
      clientId,
      token,
      createdMs: nowMs,
      expiresMs: nowMs + this.settings.channelLifetimeSeconds * 1000,
      usedMs: nowMs,
      topics: new Set(),
      socket: null,
    };
    this.#channels.set(channel.id, channel);
    return channel;
  }

  /** Those that are not over. */
  all(): Channel[] {
    const nowMs = this.now();
    for (const channel of this.#channels.values()) if (channel.expiresMs <= nowMs) this.remove(channel, 'expired');
    return [...this.#channels.values()];
  }

  of(id: string): Channel | undefined {
    return this.all().find((channel) => channel.id === id);
  }

  /** Gives a channel other topics, and another 24 hours. */
  subscribe(channel: Channel, topics: ReadonlySet<string>): void {
    channel.topics = new Set(topics);
    channel.usedMs = this.now();
    channel.expiresMs = channel.usedMs + this.settings.channelLifetimeSeconds * 1000;
    this.ledger.subscribed(channel);
  }

  /** Takes a socket for a channel, in place of the one that it had. */
  connect(channel: Channel, socket: ChannelSocket): void {
    channel.socket?.close('replaced');
    channel.socket = socket;
    channel.usedMs = this.now();
    this.ledger.connected(channel);
    socket.onClosed = (cause) => {
      if (channel.socket !== socket) return;
      channel.socket = null;
      this.ledger.disconnected(channel, cause);
    };
  }

  /** Ends a channel: whoever listens is told why, and cut off. */
  remove(channel: Channel, cause: Extract<CloseCause, 'evicted' | 'expired' | 'tokenRevoked'>): void {
    this.#channels.delete(channel.id);
    const [type, reason] =
      cause === 'tokenRevoked'
        ? ['token_revoked', 'user_tokens_revoked']
        : ['no_longer_subscribed', 'another_channel_subscribed'];
    if (cause !== 'expired')
      channel.socket?.send({
        topicName: `v2.system.${type}.${channel.id}`,
        version: '2',
        eventBody: {
          channelId: channel.id,
          systemTopicType: type,
          organizationId: this.organisationId,
          oauthClientId: channel.clientId,
          reason,
          message: cause === 'evicted' ? 'The channel was removed.' : 'The token of the channel was revoked.',
        },
        metadata: { CorrelationId: randomUUID() },
      });
    channel.socket?.close(cause);
    this.ledger.removed(channel, cause);
  }

  /** Every token is worthless by now: so are their channels. */
  tokensRevoked(): void {
    for (const channel of this.all()) this.remove(channel, 'tokenRevoked');
  }

  /** Takes a topic from every channel without a word. @returns how many had it. */
  forget(topic: string): number {
    return this.all().filter(({ topics }) => topics.delete(topic)).length;
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return [...this.#channels.values()].some(({ socket }) => socket !== null);
  }

  /** Sends a message about a topic to the channels that carry it. */
  publish(topicName: string, eventBody: unknown, text?: string): void {
    const message = { topicName, version: '2', eventBody, metadata: { CorrelationId: randomUUID() } };
    const carriers = this.all().filter(({ topics }) => topics.has(topicName));
    const reached = carriers.filter(({ socket }) => socket?.send(text ?? message) ?? false);
    this.ledger.published(topicName, eventBody, reached);
  }

  close(): void {
    for (const { socket } of this.#channels.values()) socket?.close('stopped');
  }
}
