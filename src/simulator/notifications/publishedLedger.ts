import type { CloseCause } from './channelSocket.js';

/** A message about a topic. Instants are milliseconds since the epoch. */
export interface PublishedMessage {
  readonly number: number;
  readonly atMs: number;
  readonly topic: string;
  readonly eventBody: unknown;
  /** Channels that it was sent to; nobody heard of it where there is none. */
  readonly channelIds: readonly string[];
}

/** A channel, as far as its story goes. */
interface Channel {
  readonly id: string;
  readonly topics: ReadonlySet<string>;
}

/** What became of a channel. */
export interface ChannelMoment {
  readonly atMs: number;
  readonly channelId: string;
  readonly what: 'connected' | 'subscribed' | 'disconnected' | 'removed';
  readonly topics: number;
  readonly cause: CloseCause | null;
}

/** Most messages and moments that are kept: the oldest go first. */
const KEPT = 20_000;

/** Everything that channels carried, and what became of them: the truth that a listener is judged by. */
export class PublishedLedger {
  #messages: PublishedMessage[] = [];
  #moments: ChannelMoment[] = [];
  #published = 0;
  #unheard = 0;

  constructor(private readonly now: () => number) {}

  published(topic: string, eventBody: unknown, reached: readonly Channel[]): void {
    if (reached.length === 0) this.#unheard++;
    const channelIds = reached.map(({ id }) => id);
    this.#messages.push({ number: ++this.#published, atMs: this.now(), topic, eventBody, channelIds });
    if (this.#messages.length > 2 * KEPT) this.#messages = this.#messages.slice(-KEPT);
  }

  connected(channel: Channel): void {
    this.#add(channel, 'connected', null);
  }

  subscribed(channel: Channel): void {
    this.#add(channel, 'subscribed', null);
  }

  disconnected(channel: Channel, cause: CloseCause): void {
    this.#add(channel, 'disconnected', cause);
  }

  removed(channel: Channel, cause: CloseCause): void {
    this.#add(channel, 'removed', cause);
  }

  /** Messages from a number on (1 is the first). */
  messages(from = 1): readonly PublishedMessage[] {
    return this.#messages.filter(({ number }) => number >= from);
  }

  moments(): readonly ChannelMoment[] {
    return this.#moments;
  }

  /** How many messages there were, and how many of them nobody heard. */
  counts(): { readonly published: number; readonly unheard: number } {
    return { published: this.#published, unheard: this.#unheard };
  }

  #add({ id, topics }: Channel, what: ChannelMoment['what'], cause: CloseCause | null): void {
    this.#moments.push({ atMs: this.now(), channelId: id, what, topics: topics.size, cause });
    if (this.#moments.length > 2 * KEPT) this.#moments = this.#moments.slice(-KEPT);
  }
}
