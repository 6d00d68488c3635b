import type { LiveWatch } from '../domain/live/liveWatch.js';
import { OverlapFilter } from '../domain/live/overlapFilter.js';
import { topicPattern, watchOfTopics } from '../domain/live/topics.js';
import { decodeEvent } from './decodeEvent.js';
import type { ListenerParts } from './listenerParts.js';
import type { ChannelMessage } from './readMessage.js';

/** A message about a topic, or one that nobody knows the topic of. */
type Telling = Extract<ChannelMessage, { kind: 'event' | 'unreadable' }>;

/**
 * What the connections of one keeper bring, in our terms, to the sink: of two connections that overlap, what both bring is delivered
 * once.
 */
export class ChannelHearing {
  #overlap: OverlapFilter | null = null;

  /** @param watch what is carried. @param refused called with what the sink throws. */
  constructor(
    private readonly parts: Pick<ListenerParts, 'sink' | 'log' | 'clock'>,
    public watch: LiveWatch,
    private readonly refused: (error: unknown) => void,
  ) {}

  /** From now on another connection may bring the same. */
  overlaps(): void {
    this.#overlap ??= new OverlapFilter();
  }

  /** Only one connection brings anything now. */
  isAlone(): void {
    this.#overlap = null;
  }

  /** Throws nothing: inside a socket's callback, an error would end the process. */
  heard(connection: number, message: Telling): void {
    try {
      if (message.kind === 'event') this.#event(connection, message.topic, message.body);
      else if (this.#passes(connection, '', message.why)) this.#unreadable(null, message.why);
    } catch (error) {
      this.refused(error);
    }
  }

  #event(connection: number, topic: string, body: unknown): void {
    if (!this.#passes(connection, topic, body)) return;
    const decoded = decodeEvent(topic, body, this.watch);
    if ('why' in decoded) this.#unreadable(topic, decoded.why);
    else if (decoded.event !== null) this.parts.sink.event(decoded.event);
  }

  #passes(connection: number, topic: string, body: unknown): boolean {
    return this.#overlap?.passes(connection, `${topic} ${JSON.stringify(body)}`) ?? true;
  }

  /** @param topic null where nobody knows: then it may have been about anything that the channel carries. */
  #unreadable(topic: string | null, why: string): void {
    const { parts, watch } = this;
    const pattern = topic === null ? 'unknown' : topicPattern(topic);
    parts.log.warn({ topic: pattern, why }, 'an event could not be read');
    const missed = topic === null ? watch : watchOfTopics(watch, [topic]);
    parts.sink.unreadable({ topic: pattern, missed, why, receivedMs: parts.clock.genesysMs() });
  }
}
