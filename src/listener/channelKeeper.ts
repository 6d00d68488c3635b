import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../domain/failure.js';
import type { TopicAnswer } from '../domain/live/channelCalls.js';
import type { GapCause } from '../domain/live/liveSink.js';
import type { LiveWatch } from '../domain/live/liveWatch.js';
import { reconnectDelayMs } from '../domain/live/reconnectDelay.js';
import { topicsOf } from '../domain/live/topics.js';
import { aborted } from './aborted.js';
import { ChannelHearing } from './channelHearing.js';
import type { SocketEnd } from './channelSocket.js';
import { checkTopics } from './checkTopics.js';
import { type Connection, newConnection } from './connection.js';
import type { Gaps } from './gaps.js';
import { FormerConnection } from './formerConnection.js';
import { letGo } from './letGo.js';
import type { ListenerParts } from './listenerParts.js';
import { lossCause } from './lossCause.js';
import { type OpenChannel, openChannel } from './openChannel.js';
import type { ChannelMessage } from './readMessage.js';

/** What left before the last message that came may be lost with what left after it; and Genesys's clock is known to a second at worst. */
const ON_THE_WAY_MS = 1_000;

/** What a keeper works with. */
export interface KeeperParts extends ListenerParts {
  readonly gaps: Gaps;
  /** Whether there may be one channel more for a moment. Otherwise it would take the place of another of ours. */
  readonly canOverlap: () => boolean;
  readonly changed: () => void;
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
 * Each stretch in which something may have been missed is told to `gaps`.
 */
export class ChannelKeeper {
  readonly #hearing: ChannelHearing;
  #topics: readonly string[];
  #connections = 0;
  #isOpening = false;
  #current: Connection | null = null;
  readonly #former: FormerConnection;
  #lost: number | null = null;
  #problem: string | null = null;
  #lastMessageMs: number | null = null;
  /** Tries that failed, and connections that did not last, since one did. */
  #attempt = 0;
  #aborted: Promise<void> = Promise.resolve();
  /** Ends the wait for something to happen to the current connection. */
  #wake: () => void = () => undefined;
  readonly #leaving = new AbortController();
  /** Who waits until the topics of now are subscribed to. */
  #waiting: (() => void)[] = [];

  constructor(
    private readonly parts: KeeperParts,
    watch: LiveWatch,
  ) {
    this.#hearing = new ChannelHearing(parts, watch, parts.gaps.refused);
    this.#former = new FormerConnection(parts, () => this.#overlapOver());
    this.#topics = topicsOf(watch);
  }

  get watch(): LiveWatch {
    return this.#hearing.watch;
  }

  get state(): KeeperState {
    return {
      isWhole: this.#current !== null && this.#lost === null,
      answers: this.#current?.answers ?? [],
      lastMessageMs: this.#current?.channel?.socket.lastMessageMs() ?? this.#lastMessageMs,
      problem: this.#problem,
    };
  }

  /**
   * Listens until the signal, or until it is to leave; then lets go of its channel. Throws nothing.
   *
   * @param cause of what was missed until it listens.
   */
  async keep(until: AbortSignal, cause: GapCause, sinceMs: number | null): Promise<void> {
    const signal = AbortSignal.any([until, this.#leaving.signal]);
    this.#lost = this.parts.gaps.began(cause, sinceMs, this.watch);
    this.#aborted = aborted(signal);
    void this.#aborted.then(() => this.#wake());
    while (!signal.aborted) {
      const next = await this.#opened(signal);
      if (next === null) break;
      await this.#hasEnough(next, signal);
    }
    await Promise.all([letGo(this.parts, this.#current), this.#former.letGo()]);
  }

  /** Listens to this from now on: what stays is heard all the while. Resolves once it is subscribed to. */
  async rewatch(watch: LiveWatch): Promise<void> {
    const topics = topicsOf(watch);
    this.#hearing.watch = watch;
    if (topics.join('\n') === this.#topics.join('\n')) return;
    this.#topics = topics;
    const subscribed = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#wake();
    await subscribed;
  }

  /** Nothing that it carries is wanted any more: what it lost ends here, because no other channel will end it. */
  leave(): void {
    this.#leaving.abort();
    if (this.#lost !== null) this.parts.gaps.ended(this.#lost, this.parts.clock.genesysMs());
    this.#lost = null;
    for (const tell of this.#waiting.splice(0)) tell();
  }

  /** Opens the next connection, trying until it is there. @returns null where the signal came first. */
  async #opened(signal: AbortSignal): Promise<Connection | null> {
    let notBeforeMs = 0;
    for (;;) {
      const waitMs = reconnectDelayMs(this.#attempt, this.parts.random(), notBeforeMs);
      const hasWaited = await sleep(waitMs, true, { signal }).catch(() => false);
      if (!hasWaited) return null;
      if (this.#former.isHeard || (this.#current !== null && this.#lost === null)) this.#hearing.overlaps();
      const connection = newConnection(++this.#connections, this.#topics, this.parts.clock);
      this.#isOpening = true;
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
    const opening = openChannel(this.parts, connection.topics, (message) => this.#heard(connection, message)).then(
      async (channel) => {
        connection.channel = channel;
        if (signal.aborted) await letGo(this.parts, connection);
        else this.#takeOver(connection, channel);
      },
    );
    await Promise.race([opening, this.#aborted]);
    // What fails after the signal is of no matter.
    opening.catch(() => undefined);
  }

  /** @returns milliseconds that the answer asked to be waited for. */
  #notOpened(error: unknown): number {
    const { clock, log, changed } = this.parts;
    this.#attempt++;
    this.#isOpening = false;
    this.#overlapOver();
    this.#problem = textOf(error);
    log.warn({ attempt: this.#attempt, why: this.#problem }, 'no notification channel yet');
    changed();
    const retryAtMs = isFailure(error) ? error.facts.retryAtMs : undefined;
    return retryAtMs === undefined ? 0 : Math.max(0, retryAtMs - clock.wallMs());
  }

  /** From now on this connection is the one; the one before is listened to a little longer. */
  #takeOver(connection: Connection, channel: OpenChannel): void {
    const { clock, log, gaps } = this.parts;
    const before = this.#current;
    this.#current = connection;
    this.#isOpening = false;
    this.#problem = null;
    const steadyMs = clock.steadyMs();
    Object.assign(connection, {
      answers: channel.answers,
      renewedMs: steadyMs,
      askedRefusedMs: steadyMs,
      checkedMs: clock.genesysMs(),
    });
    if (this.#lost !== null) gaps.ended(this.#lost, clock.genesysMs());
    this.#lost = null;
    void channel.ended.then((end) => this.#ended(connection, end));
    if (before !== null) this.#former.take(before);
    log.info({ connection: connection.number, topics: connection.topics.length }, 'notification channel subscribed');
    this.#subscribed(connection);
  }

  /** A connection brings nothing any more; while two others may bring the same, what it brought is remembered with theirs. */
  #overlapOver(): void {
    if (!this.#isOpening && !this.#former.isHeard) this.#hearing.isAlone();
  }

  #subscribed(connection: Connection): void {
    if (connection.topics === this.#topics) for (const tell of this.#waiting.splice(0)) tell();
    this.parts.changed();
  }

  /** Returns when the connection is lost or to be replaced. Reads its topics from time to time, and renews it. */
  async #hasEnough(connection: Connection, signal: AbortSignal): Promise<void> {
    while (this.#current === connection && this.#lost === null && !connection.isClosing && !signal.aborted) {
      const over = new AbortController();
      this.#wake = () => over.abort();
      const isTime = await sleep(this.#checkInMs(connection), true, { signal: over.signal }).catch(() => false);
      if (isTime) await this.#check(connection);
    }
    if (connection.isClosing && !this.parts.canOverlap() && !signal.aborted) {
      connection.channel?.socket.close();
      this.#ended(connection, { cause: 'cut', why: 'it was to be replaced, and there may be no channel more' });
    }
  }

  #checkInMs({ isDoubted, topics, failures }: Connection): number {
    const { settings, random } = this.parts;
    if (!isDoubted && topics === this.#topics && failures === 0) return settings.checkEveryMs;
    return failures === 0 ? 0 : Math.min(settings.checkEveryMs, reconnectDelayMs(failures, random()));
  }

  #heard(connection: Connection, message: ChannelMessage): void {
    if (message.kind === 'event' || message.kind === 'unreadable') this.#hearing.heard(connection.number, message);
    if (message.kind === 'closing') connection.isClosing = true;
    if (message.kind === 'subscriptionChanged') connection.isDoubted = true;
    if (message.kind === 'closing' || message.kind === 'subscriptionChanged') {
      this.parts.log.info({ connection: connection.number, said: message.kind }, 'the server spoke of its channel');
      if (connection === this.#current) this.#wake();
    }
  }

  /** A connection brings nothing any more. Of no matter where another is there already. */
  #ended(connection: Connection, { cause, why }: SocketEnd): void {
    if (connection !== this.#current || this.#lost !== null || cause === 'let go') return;
    if (this.#leaving.signal.aborted) return;
    const { clock, log, settings, gaps, changed } = this.parts;
    const lived = clock.steadyMs() - connection.openedMs;
    this.#attempt = lived >= settings.lastingMs ? 0 : this.#attempt + 1;
    this.#problem = `the notification channel was lost: ${why}`;
    const untilMs = connection.channel?.socket.heardUntilMs() ?? null;
    const fromMs = untilMs === null ? null : untilMs - ON_THE_WAY_MS;
    this.#lastMessageMs = connection.channel?.socket.lastMessageMs() ?? null;
    log.warn({ connection: connection.number, cause, why }, 'notification channel lost');
    this.#lost = gaps.began(cause, fromMs, this.watch, lossCause(this.parts, connection, cause));
    this.#overlapOver();
    this.#wake();
    changed();
  }

  async #check(connection: Connection): Promise<void> {
    const checked = await checkTopics(this.parts, connection, { watch: this.watch, topics: this.#topics });
    if (checked === 'changed') this.#subscribed(connection);
    if (checked === 'gone')
      this.#ended(connection, { cause: 'unsubscribed', why: 'Genesys does not know the channel any more' });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
