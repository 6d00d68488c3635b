import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../domain/failure.js';
import type { TopicAnswer } from '../domain/live/channelCalls.js';
import { renewalDue } from '../domain/live/channelLife.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { OverlapFilter } from '../domain/live/overlapFilter.js';
import { reconnectDelayMs } from '../domain/live/reconnectDelay.js';
import { topicPattern, topicsOf, watchOfTopics } from '../domain/live/topics.js';
import { aborted } from './aborted.js';
import type { SocketEnd } from './channelSocket.js';
import { checkTopics } from './checkTopics.js';
import { type Connection, newConnection } from './connection.js';
import { decodeEvent } from './decodeEvent.js';
import type { Gaps } from './gaps.js';
import type { ListenerParts } from './listenerParts.js';
import { lossCause } from './lossCause.js';
import { type OpenChannel, openChannel } from './openChannel.js';
import type { ChannelMessage } from './readMessage.js';

/** What left before the last message that came may be lost with what left after it; and Genesys's clock is known to a second at worst. */
const ON_THE_WAY_MS = 1_000;

/** What a keeper keeps heard. */
interface Kept {
  readonly watch: LiveWatch;
  /** Whether there may be one channel more for a moment. Otherwise it would take the place of another of ours. */
  readonly canOverlap: boolean;
}

/** What a keeper has to say of itself. */
export interface KeeperState {
  readonly isWhole: boolean;
  readonly answers: readonly TopicAnswer[];
  readonly lastMessageMs: number | null;
  readonly problem: string | null;
}

/**
 * Keeps one channel's worth of topics heard: opens, watches, renews and replaces the channel that carries them.
 *
 * Each stretch in which something may have been missed is told to `gaps`. Of two connections that overlap, what both bring is
 * delivered once.
 */
export class ChannelKeeper {
  private readonly watch: LiveWatch;
  readonly #topics: readonly string[];
  readonly #canOverlap: boolean;
  #connections = 0;
  #current: Connection | null = null;
  /** Replaced, and listened to a little longer. */
  #replaced: Connection | null = null;
  #answers: readonly TopicAnswer[] = [];
  #overlap: OverlapFilter | null = null;
  #lost: number | null = null;
  #problem: string | null = null;
  #lastMessageMs: number | null = null;
  /** Tries that failed, and connections that did not last, since one did. */
  #attempt = 0;
  #aborted: Promise<void> = Promise.resolve();
  /** Ends the wait for something to happen to the current connection. */
  #wake: () => void = () => undefined;

  constructor(
    private readonly parts: ListenerParts,
    { watch, canOverlap }: Kept,
    private readonly gaps: Gaps,
    private readonly changed: () => void,
  ) {
    this.watch = watch;
    this.#canOverlap = canOverlap;
    this.#topics = topicsOf(watch);
  }

  get state(): KeeperState {
    return {
      isWhole: this.#current !== null && this.#lost === null,
      answers: this.#answers,
      lastMessageMs: this.#current?.channel?.socket.lastMessageMs() ?? this.#lastMessageMs,
      problem: this.#problem,
    };
  }

  /** Listens until the signal; then lets go of its channel. Throws nothing. */
  async keep(signal: AbortSignal): Promise<void> {
    this.#lost = this.gaps.began('started', null, this.watch);
    this.#aborted = aborted(signal);
    void this.#aborted.then(() => this.#wake());
    while (!signal.aborted) {
      const next = await this.#opened(signal);
      if (next === null) break;
      await this.#hasEnough(next, signal);
    }
    await Promise.all([this.#letGo(this.#current), this.#letGo(this.#replaced)]);
  }

  /** Opens the next connection, trying until it is there. @returns null where the signal came first. */
  async #opened(signal: AbortSignal): Promise<Connection | null> {
    let notBeforeMs = 0;
    for (;;) {
      const waitMs = reconnectDelayMs(this.#attempt, this.parts.random(), notBeforeMs);
      const hasWaited = await sleep(waitMs, true, { signal }).catch(() => false);
      if (!hasWaited) return null;
      if (this.#current !== null && this.#lost === null) this.#overlap ??= new OverlapFilter();
      const connection = newConnection(++this.#connections, this.parts.clock);
      try {
        await this.#open(connection, signal);
        return this.#current === connection ? connection : null;
      } catch (error) {
        notBeforeMs = this.#notOpened(error);
      }
    }
  }

  /** Makes a connection the current one, once it is subscribed; lets go of it where the signal came meanwhile. */
  async #open(connection: Connection, signal: AbortSignal): Promise<void> {
    const opening = openChannel(this.parts, this.#topics, (message) => this.#heard(connection, message)).then(
      async (channel) => {
        connection.channel = channel;
        if (signal.aborted) await this.#letGo(connection);
        else this.#takeOver(connection, channel);
      },
    );
    await Promise.race([opening, this.#aborted]);
    // What fails after the signal is of no matter.
    opening.catch(() => undefined);
  }

  /** @returns milliseconds that the answer asked to be waited for. */
  #notOpened(error: unknown): number {
    const { clock, log } = this.parts;
    this.#attempt++;
    this.#overlap = null;
    this.#problem = textOf(error);
    log.warn({ attempt: this.#attempt, why: this.#problem }, 'no notification channel yet');
    this.changed();
    const retryAtMs = isFailure(error) ? error.facts.retryAtMs : undefined;
    return retryAtMs === undefined ? 0 : Math.max(0, retryAtMs - clock.wallMs());
  }

  /** From now on this connection is the one; the one before is listened to a little longer. */
  #takeOver(connection: Connection, channel: OpenChannel): void {
    const { clock, settings, log } = this.parts;
    const before = this.#current;
    this.#current = connection;
    this.#answers = channel.answers;
    this.#problem = null;
    connection.renewedMs = clock.steadyMs();
    connection.checkedMs = clock.genesysMs();
    if (this.#lost !== null) this.gaps.ended(this.#lost, clock.genesysMs());
    this.#lost = null;
    void channel.ended.then((end) => this.#ended(connection, end));
    if (before !== null) this.#replace(before, settings.overlapMs);
    log.info({ connection: connection.number, topics: this.#topics.length }, 'notification channel subscribed');
    this.changed();
  }

  /** Listens to the connection before a little longer: what both bring passes once. */
  #replace(before: Connection, overlapMs: number): void {
    void this.#letGo(this.#replaced);
    this.#replaced = before;
    setTimeout(() => {
      if (this.#replaced !== before) return;
      this.#replaced = null;
      this.#overlap = null;
      void this.#letGo(before);
    }, overlapMs).unref();
  }

  /** Returns when the connection is lost or to be replaced. Reads its topics from time to time, and renews it. */
  async #hasEnough(connection: Connection, signal: AbortSignal): Promise<void> {
    const { settings } = this.parts;
    while (this.#current === connection && this.#lost === null && !connection.isClosing && !signal.aborted) {
      const over = new AbortController();
      this.#wake = () => over.abort();
      const waitMs = connection.isDoubted ? 0 : settings.checkEveryMs;
      const isTime = await sleep(waitMs, true, { signal: over.signal }).catch(() => false);
      if (isTime) await this.#check(connection);
    }
    if (connection.isClosing && !this.#canOverlap && !signal.aborted) {
      connection.channel?.socket.close();
      this.#ended(connection, { cause: 'cut', why: 'it was to be replaced, and there may be no channel more' });
    }
  }

  #heard(connection: Connection, message: ChannelMessage): void {
    if (message.kind === 'closing') connection.isClosing = true;
    if (message.kind === 'subscriptionChanged') connection.isDoubted = true;
    if (message.kind === 'closing' || message.kind === 'subscriptionChanged') {
      this.parts.log.info({ connection: connection.number, said: message.kind }, 'the server spoke of its channel');
      if (connection === this.#current) this.#wake();
      return;
    }
    // Thrown inside a socket's callback, an error would end the process.
    try {
      if (message.kind === 'event') this.#event(connection, message.topic, message.body);
      if (message.kind === 'unreadable' && this.#passes(connection, '', message.why))
        this.#unreadable(null, message.why);
    } catch (error) {
      this.gaps.refused(error);
    }
  }

  #event(connection: Connection, topic: string, body: unknown): void {
    if (!this.#passes(connection, topic, body)) return;
    const decoded = decodeEvent(topic, body, this.watch);
    if ('why' in decoded) this.#unreadable(topic, decoded.why);
    else if (decoded.event !== null) this.parts.sink.event(decoded.event);
  }

  #passes(connection: Connection, topic: string, body: unknown): boolean {
    return this.#overlap?.passes(connection.number, `${topic} ${JSON.stringify(body)}`) ?? true;
  }

  /** @param topic null where nobody knows: then it may have been about anything that the channel carries. */
  #unreadable(topic: string | null, why: string): void {
    const { parts, watch } = this;
    const pattern = topic === null ? 'unknown' : topicPattern(topic);
    parts.log.warn({ topic: pattern, why }, 'an event could not be read');
    const missed = topic === null ? watch : watchOfTopics(watch, [topic]);
    parts.sink.unreadable({ topic: pattern, missed, why, receivedMs: parts.clock.genesysMs() });
  }

  /** A connection brings nothing any more. Of no matter where another is there already. */
  #ended(connection: Connection, { cause, why }: SocketEnd): void {
    if (connection !== this.#current || this.#lost !== null || cause === 'let go') return;
    const { clock, log, settings } = this.parts;
    const lived = clock.steadyMs() - connection.openedMs;
    this.#attempt = lived >= settings.lastingMs ? 0 : this.#attempt + 1;
    this.#problem = `the notification channel was lost: ${why}`;
    const lastMs = connection.channel?.socket.lastMessageMs() ?? null;
    const fromMs = lastMs === null ? null : lastMs - ON_THE_WAY_MS;
    this.#lastMessageMs = lastMs;
    log.warn({ connection: connection.number, cause, why }, 'notification channel lost');
    this.#lost = this.gaps.began(lossCause(this.parts, connection, cause), fromMs, this.watch);
    this.#overlap = null;
    this.#wake();
    this.changed();
  }

  /** Reads what the channel carries, takes back what vanished, and renews it where it is time. */
  async #check(connection: Connection): Promise<void> {
    const { clock, log } = this.parts;
    const { channel } = connection;
    if (channel === null) return;
    connection.isDoubted = false;
    const askedMs = clock.genesysMs();
    try {
      const due = renewalDue(clock.steadyMs() - connection.renewedMs, channel.lifeMs) !== 'nothing';
      const given = { channelId: channel.id, answers: this.#answers, sinceMs: connection.checkedMs, due };
      const answers = await checkTopics(this.parts, this.gaps, this.watch, given);
      connection.checkedMs = askedMs;
      if (answers === null) return;
      connection.renewedMs = clock.steadyMs();
      this.#answers = answers;
      this.changed();
    } catch (error) {
      log.warn({ why: textOf(error) }, 'a notification channel could not be checked');
      if (isFailure(error, 'Expired')) {
        channel.socket.close();
        this.#ended(connection, { cause: 'unsubscribed', why: 'Genesys does not know the channel any more' });
      }
      const age = clock.steadyMs() - connection.renewedMs;
      if (renewalDue(age, channel.lifeMs) === 'replacement') connection.isClosing = true;
    }
  }

  async #letGo(connection: Connection | null): Promise<void> {
    if (connection?.channel == null) return;
    const { channel } = connection;
    channel.socket.close();
    await this.parts.calls.unsubscribe(channel.id).catch((error: unknown) => {
      // It delivers to nobody, and expires within a day.
      this.parts.log.debug({ why: String(error) }, 'a notification channel could not be let go of');
    });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
