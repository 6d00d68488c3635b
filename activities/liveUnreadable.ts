import type { GapCause, UnreadableEvent } from '../src/domain/live/liveSink.js';
import type { LiveGap } from '../src/domain/live/liveGap.js';
import { type LiveWatch, NOTHING_WATCHED, watchOfBoth } from '../src/domain/live/liveWatch.js';
import type { LiveGaps } from './liveGaps.js';
import type { LiveRecovery } from './liveRecovery.js';
import type { LiveWriter } from './liveWriter.js';

/** One that comes so long after the last begins another gap. */
const ANOTHER_AFTER_MS = 60_000;

/** What making up for unreadable events takes. */
export interface LiveUnreadableParts {
  readonly gaps: LiveGaps;
  readonly writer: Pick<LiveWriter, 'soon'>;
  readonly recovery: LiveRecovery;
  readonly begin: (cause: GapCause, fromMs: number, missed: LiveWatch) => LiveGap;
  readonly changed: () => void;
  readonly genesysMs: () => number;
  /** From the first one until what they said is read: the next ones are read with it. Milliseconds. */
  readonly gatherMs: number;
  /** Milliseconds between two readings, for each call that the one before took. */
  readonly callMs: number;
}

/**
 * Makes up for events that could not be read: what they said is read by REST, once for all that came meanwhile.
 *
 * Those that follow each other are one gap, a single row however many they are: it ends when all that they said is read, and goes on
 * where another comes within a minute.
 */
export class LiveUnreadable {
  #count = 0;
  #gap: LiveGap | null = null;
  /** All of the gap. */
  #missed = NOTHING_WATCHED;
  /** What is not being read yet. */
  #unread: LiveWatch | null = null;
  #heardMs = -Infinity;
  #notBeforeMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #isReading = false;

  constructor(private readonly parts: LiveUnreadableParts) {}

  get count(): number {
    return this.#count;
  }

  hear({ missed, receivedMs }: Pick<UnreadableEvent, 'missed' | 'receivedMs'>): void {
    const { gaps, begin, writer, changed } = this.parts;
    const nowMs = performance.now();
    this.#count++;
    if (this.#gap === null || (this.#unread === null && nowMs - this.#heardMs > ANOTHER_AFTER_MS && !this.#isReading)) {
      this.#missed = missed;
      this.#gap = begin('unreadable', receivedMs, missed);
    } else {
      this.#missed = watchOfBoth(this.#missed, missed);
      this.#gap = gaps.change(this.#gap, { toMs: null, recoveredMs: null, missed: this.#missed });
    }
    this.#heardMs = nowMs;
    const isFirst = this.#unread === null;
    this.#unread = this.#unread === null ? missed : watchOfBoth(this.#unread, missed);
    if (isFirst) void writer.soon().catch(() => undefined);
    this.#schedule();
    changed();
  }

  /** Nothing is read any more: what is left open is for the listener that takes over. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isReading || this.#unread === null) return;
    const inMs = Math.max(this.parts.gatherMs, this.#notBeforeMs - performance.now());
    this.#timer = setTimeout(() => void this.#read(), inMs).unref();
  }

  async #read(): Promise<void> {
    const { gaps, recovery, genesysMs, callMs, changed } = this.parts;
    const missed = this.#unread;
    this.#timer = null;
    if (missed === null || this.#gap === null) return;
    this.#unread = null;
    this.#isReading = true;
    const startedMs = performance.now();
    const toMs = genesysMs();
    this.#gap = gaps.change(this.#gap, { toMs });
    const isMore = (): boolean => this.#unread !== null;
    const recovered = await recovery.recover(this.#gap, missed, { settleMs: 0, isMore }).catch(() => null);
    this.#isReading = false;
    if (recovered === null) return;
    this.#gap = recovered.gap;
    this.#notBeforeMs = startedMs + recovered.calls * callMs;
    this.#schedule();
    changed();
  }
}
