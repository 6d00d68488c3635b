import { untimely } from '../src/domain/live/eventTime.js';
import type { LiveEvent } from '../src/domain/live/liveEvent.js';
import type { LiveGap } from '../src/domain/live/liveGap.js';
import type { GapBegun, GapEnded, ListenerState, LiveSink, UnreadableEvent } from '../src/domain/live/liveSink.js';
import type { LiveWatch } from '../src/domain/live/liveWatch.js';
import type { LiveWatcher } from '../src/telemetry/liveWatcher.js';
import type { LiveGaps } from './liveGaps.js';
import type { LiveHints } from './liveHints.js';
import type { LiveRecovery } from './liveRecovery.js';
import { LiveUnreadable, type LiveUnreadableParts } from './liveUnreadable.js';
import type { LiveWriter } from './liveWriter.js';

/** What a listener says, and where it goes. */
export interface LiveHearingParts {
  readonly writer: LiveWriter;
  readonly gaps: LiveGaps;
  readonly hints: LiveHints;
  readonly recovery: LiveRecovery;
  readonly watcher: LiveWatcher;
  readonly genesysMs: () => number;
  readonly unreadable: Pick<LiveUnreadableParts, 'gatherMs' | 'callMs'>;
  readonly changed: () => void;
}

/** What was heard before this listener, as far as anybody knows. */
export interface HeardBefore {
  /** Null where nobody listened before, or nobody knows until when. */
  readonly fromMs: number | null;
}

/**
 * Takes what a listener hears: hints go to the sync at once, rows to the writer, gaps into their table and then to the recovery.
 *
 * Events that cannot be read, or whose times are not to be believed, are gaps too: what they said is read by REST.
 */
export class LiveHearing {
  #state: ListenerState | null = null;
  readonly #unreadable: LiveUnreadable;

  constructor(private readonly parts: LiveHearingParts) {
    this.#unreadable = new LiveUnreadable({
      ...parts,
      begin: (cause, fromMs, missed) => this.#begin(cause, fromMs, missed),
      gatherMs: parts.unreadable.gatherMs,
      callMs: parts.unreadable.callMs,
    });
  }

  /** The listener as it told last; null before, and once it has ended. */
  get state(): ListenerState | null {
    return this.#state;
  }

  get unreadable(): number {
    return this.#unreadable.count;
  }

  /** Where one listener puts what it hears. @param before what its first gaps begin with; null where nobody listened. */
  sink(before: HeardBefore | null): LiveSink {
    const begun = new Map<number, { gap: LiveGap; missed: LiveWatch }>();
    let isFirst = true;
    return {
      event: (event) => this.#event(event),
      unreadable: (event) => this.#hearUnreadable(event),
      gapBegan: async ({ gap, cause, fromMs, missed }: GapBegun) => {
        const isAfterBefore = isFirst && cause === 'started' && before !== null;
        const [why, since] = isAfterBefore ? (['takenOver', before.fromMs] as const) : [cause, fromMs];
        begun.set(gap, { gap: this.#begin(why, since, missed), missed });
        await this.parts.writer.soon();
      },
      gapEnded: async ({ gap, toMs }: GapEnded) => {
        isFirst = false;
        const known = begun.get(gap);
        if (known === undefined) return;
        begun.delete(gap);
        const { gaps, recovery, writer } = this.parts;
        // The signal ends it: what it leaves open is for the listener that takes over.
        recovery.recover(gaps.change(known.gap, { toMs }), known.missed).catch(() => undefined);
        await writer.soon();
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
    this.#unreadable.close();
    this.ended();
  }

  #event(event: LiveEvent): void {
    const { watcher, hints, writer, genesysMs } = this.parts;
    if (event.kind === 'scheduleChanged' || event.kind === 'trunkChanged') hints.tell(event);
    else {
      const nowMs = genesysMs();
      const missed = untimely(event, nowMs, writer.adherenceKnownMs(event.userId));
      if (missed !== null) return this.#hearUnreadable({ missed, receivedMs: nowMs });
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

  #hearUnreadable(event: Pick<UnreadableEvent, 'missed' | 'receivedMs'>): void {
    this.parts.watcher.event('unreadable');
    this.#unreadable.hear(event);
  }
}
