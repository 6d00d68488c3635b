import { untimely } from '../src/domain/live/eventTime.js';
import type { LiveEvent } from '../src/domain/live/liveEvent.js';
import type { LiveGap } from '../src/domain/live/liveGap.js';
import type { GapBegun, GapEnded, ListenerState, LiveSink, UnreadableEvent } from '../src/domain/live/liveSink.js';
import { type LiveWatch, watchOfBoth } from '../src/domain/live/liveWatch.js';
import type { LiveWatcher } from '../src/telemetry/liveWatcher.js';
import type { LiveGaps } from './liveGaps.js';
import type { LiveHints } from './liveHints.js';
import type { LiveRecovery } from './liveRecovery.js';
import type { LiveWriter } from './liveWriter.js';

/** What a listener says, and where it goes. */
export interface LiveHearingParts {
  readonly writer: LiveWriter;
  readonly gaps: LiveGaps;
  readonly hints: LiveHints;
  readonly recovery: LiveRecovery;
  readonly watcher: LiveWatcher;
  readonly genesysMs: () => number;
  /** Between two readings because of events that could not be read. Milliseconds. */
  readonly unreadableMs: number;
  readonly changed: () => void;
}

/** What was heard before this listener, as far as anybody knows. */
export interface HeardBefore {
  readonly cause: 'takenOver' | 'rewatched';
  /** Null where nobody listened before, or nobody knows until when. */
  readonly fromMs: number | null;
}

/** Events that could not be read, and are to be made up for together. */
interface Unreadable {
  readonly gap: LiveGap;
  missed: LiveWatch;
}

/**
 * Takes what a listener hears: hints go to the sync at once, rows to the writer, gaps into their table and then to the recovery.
 *
 * Events that cannot be read, or whose times are not to be believed, are gaps too: what they said is read by REST, once a minute
 * however many there are.
 */
export class LiveHearing {
  #state: ListenerState | null = null;
  #unreadable = 0;
  #waiting: Unreadable | null = null;
  #readUnreadableMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LiveHearingParts) {}

  /** The listener as it told last; null before, and once it has ended. */
  get state(): ListenerState | null {
    return this.#state;
  }

  get unreadable(): number {
    return this.#unreadable;
  }

  /** Where one listener puts what it hears. @param before what its first gaps begin with; null where nobody listened. */
  sink(before: HeardBefore | null): LiveSink {
    const begun = new Map<number, { gap: LiveGap; missed: LiveWatch }>();
    let isFirst = true;
    return {
      event: (event) => this.#event(event),
      unreadable: (event) => this.#unreadableEvent(event),
      gapBegan: async ({ gap, cause, fromMs, missed }: GapBegun) => {
        const isAfterBefore = isFirst && cause === 'started' && before !== null;
        const [why, since] = isAfterBefore ? [before.cause, before.fromMs] : [cause, fromMs];
        begun.set(gap, { gap: this.#begin(why, since, missed), missed });
        await this.parts.writer.soon();
      },
      gapEnded: async ({ gap, toMs }: GapEnded) => {
        isFirst = false;
        const known = begun.get(gap);
        if (known === undefined) return;
        begun.delete(gap);
        this.parts.recovery.recover(this.parts.gaps.change(known.gap, { toMs }), known.missed);
        await this.parts.writer.soon();
      },
      changed: (state) => {
        this.#state = state;
        this.parts.changed();
      },
    };
  }

  /** A listener has ended; another may begin. */
  ended(): void {
    this.#state = null;
  }

  /** None begins any more: what is left open is for the one that takes over. */
  close(): void {
    clearTimeout(this.#timer);
    this.ended();
  }

  #event(event: LiveEvent): void {
    const { watcher, hints, writer, genesysMs } = this.parts;
    if (event.kind === 'scheduleChanged' || event.kind === 'trunkChanged') hints.tell(event);
    else {
      const nowMs = genesysMs();
      const missed = untimely(event, nowMs, writer.adherenceKnownMs(event.userId));
      if (missed !== null) return this.#unreadableEvent({ missed, receivedMs: nowMs });
      writer.hear(event);
    }
    watcher.event(event.kind);
  }

  #begin(cause: LiveGap['cause'], fromMs: number | null, missed: LiveWatch): LiveGap {
    const gap = this.parts.gaps.begin(cause, fromMs, missed);
    this.parts.watcher.gap(cause);
    this.parts.changed();
    return gap;
  }

  #unreadableEvent({ missed, receivedMs }: Pick<UnreadableEvent, 'missed' | 'receivedMs'>): void {
    this.#unreadable++;
    this.parts.watcher.event('unreadable');
    const { gaps, writer, unreadableMs } = this.parts;
    if (this.#waiting === null) {
      this.#waiting = { gap: this.#begin('unreadable', receivedMs, missed), missed };
      void writer.soon().catch(() => undefined);
      const inMs = Math.max(0, this.#readUnreadableMs + unreadableMs - performance.now());
      this.#timer = setTimeout(() => this.#readUnreadable(), inMs).unref();
    } else {
      const both = watchOfBoth(this.#waiting.missed, missed);
      this.#waiting = { gap: gaps.change(this.#waiting.gap, { missed: both }), missed: both };
    }
    this.parts.changed();
  }

  #readUnreadable(): void {
    const { gaps, recovery, genesysMs } = this.parts;
    if (this.#waiting === null) return;
    const { gap, missed } = this.#waiting;
    this.#waiting = null;
    this.#readUnreadableMs = performance.now();
    recovery.recover(gaps.change(gap, { toMs: genesysMs() }), missed);
    this.parts.changed();
  }
}
