import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../src/domain/failure.js';
import type { AdherenceEvent, RoutingStatusEvent } from '../src/domain/live/liveEvent.js';
import { PendingRows, type RowsToWrite } from '../src/domain/live/pendingRows.js';
import type { LiveBatch, LiveFeedState, LiveStore, LiveWritten } from '../src/warehouse/live/liveStore.js';
import type { LiveGaps } from './liveGaps.js';

const AGAIN_MS = 1_000;

/** What REST answered: adherence with the moment at which it was asked for, by the process's steady clock. Milliseconds. */
export interface ReadRows {
  readonly adherence: readonly { readonly event: AdherenceEvent; readonly askedMs: number }[];
  readonly statuses: readonly RoutingStatusEvent[];
}

/** Somebody who waits until what there is by now is written. */
interface Waiter {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** What a writer works with. */
export interface LiveWriterParts {
  readonly store: Pick<LiveStore, 'write' | 'flushEveryMs'>;
  readonly takeOver: number;
  readonly gaps: LiveGaps;
  /** The feed as it is when what there is by now is written. */
  readonly feed: () => LiveFeedState;
  /** Milliseconds after which the feed is written though nothing else is. */
  readonly quietWriteMs: number;
  readonly log: { warn(message: string, facts: Record<string, unknown>): void };
}

/**
 * Gathers what was heard and writes it, one transaction at a time.
 *
 * A database that is away is tried each second, and what was heard meanwhile waits. When another listener has taken over, everything
 * ends: `failed` rejects.
 */
export class LiveWriter {
  readonly pending = new PendingRows();
  /** Never resolves; rejects with the `Conflict` of a listener that is not the one any more. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;
  #waiters: Waiter[] = [];
  #watch: LiveBatch['watch'];
  readonly #left = new Set<string>();
  #wake: () => void = () => undefined;
  /** As of when each agent's adherence is known, by Genesys's times; and since when, by ours. */
  readonly #known = new Map<string, { readonly atMs: number; readonly sinceMs: number }>();
  #wroteMs = -Infinity;
  #isOver = false;
  /** Why nobody writes any more what is waited for; null while somebody does. */
  #ended: Error | null = null;
  /** Why the last write failed; null where it did not. */
  problem: string | null = null;
  /** The feed as it was written last; null before. */
  written: LiveFeedState | null = null;

  constructor(private readonly parts: LiveWriterParts) {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  hear(event: AdherenceEvent | RoutingStatusEvent): void {
    this.pending.hear(event);
    if (event.kind === 'adherence') this.#know(event, performance.now());
  }

  /** The latest time of an agent's adherence that this listener has heard or read; null where it has neither. */
  adherenceKnownMs(userId: string): number | null {
    return this.#known.get(userId)?.atMs ?? null;
  }

  /** @returns whether it is the latest that is known: by Genesys's times, and where they are the same by when it became known here. */
  #know({ userId, atMs }: AdherenceEvent, sinceMs: number): boolean {
    const known = this.#known.get(userId);
    const isLatest = known === undefined || atMs > known.atMs || (atMs === known.atMs && sinceMs >= known.sinceMs);
    if (isLatest) this.#known.set(userId, { atMs, sinceMs });
    return isLatest;
  }

  keepWatch(watch: NonNullable<LiveBatch['watch']>): void {
    this.#watch = watch;
  }

  /** Agents who are in no unit any more: their rows say so, or go. */
  left(userIds: readonly string[]): void {
    for (const userId of userIds) this.#left.add(userId);
  }

  /**
   * Writes as soon as may be. Resolved once all that there is by now is written.
   *
   * @throws Failure `Conflict` where another listener has taken over; Error where this one has ended.
   */
  async soon(): Promise<void> {
    if (this.#ended !== null) throw this.#ended;
    const written = new Promise<void>((done, failed) => this.#waiters.push({ done, failed }));
    this.#wake();
    await written;
  }

  /** Writes what REST answered, by itself, so that what of it was news is counted. Tried until it is written. */
  async writeRead(rows: ReadRows, signal: AbortSignal): Promise<LiveWritten> {
    for (;;) {
      signal.throwIfAborted();
      const written = await this.#write(rows);
      if (written !== null) return written;
      await sleep(AGAIN_MS, null, { signal }).catch(() => undefined);
    }
  }

  /** Writes until the signal; then once more. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, quietWriteMs } = this.parts;
    try {
      while (!signal.aborted && !this.#isOver) {
        await this.#pause(this.problem === null ? store.flushEveryMs : AGAIN_MS, signal);
        const isQuiet = this.pending.users === 0 && !this.parts.gaps.hasChanged && this.#waiters.length === 0;
        if (!isQuiet || performance.now() - this.#wroteMs >= quietWriteMs) await this.#write();
      }
      if (!this.#isOver) await this.#write();
    } finally {
      this.#end(new Error('the listener has ended'));
    }
  }

  #end(why: Error): void {
    this.#ended ??= why;
    for (const { failed } of this.#waiters.splice(0)) failed(this.#ended);
  }

  /** What is waited for comes at once, but not sooner after a failure. */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const pause = new AbortController();
    this.#wake = () => {
      if (this.problem === null) pause.abort();
    };
    if (this.#waiters.length > 0) this.#wake();
    await sleep(ms, null, { signal: AbortSignal.any([signal, pause.signal]) }).catch(() => undefined);
  }

  #turn: Promise<unknown> = Promise.resolve();

  /** @param read rows that are written alone; otherwise everything that waits. @returns null where nothing could be written. */
  async #write(read?: ReadRows): Promise<LiveWritten | null> {
    const turn = this.#turn.then(() => this.#writeNow(read));
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }

  async #writeNow(read?: ReadRows): Promise<LiveWritten | null> {
    const { store, takeOver, gaps, feed } = this.parts;
    const waiters = read ? [] : this.#waiters.splice(0);
    const rows = read ? this.#latestOf(read) : this.pending.take();
    const changedGaps = read ? [] : gaps.take();
    const watch = this.#watch;
    const left = [...this.#left];
    const state = feed();
    try {
      const batch = { ...rows, left, gaps: changedGaps, feed: state, ...(watch && { watch }) };
      const written = await store.write(takeOver, batch);
      for (const userId of left) this.#left.delete(userId);
      if (this.#watch === watch) this.#watch = undefined;
      this.problem = null;
      this.written = state;
      this.#wroteMs = performance.now();
      for (const { done } of waiters) done();
      return written;
    } catch (error) {
      if (!read) {
        this.pending.giveBack(rows);
        gaps.giveBack(changedGaps);
        this.#waiters.unshift(...waiters);
      }
      this.#couldNotWrite(error);
      return null;
    }
  }

  /** An answer is as of its question: of what was heard since then and is not older, the event counts; what was heard before waits no more. */
  #latestOf({ adherence, statuses }: ReadRows): RowsToWrite {
    const latest = adherence.filter(({ event, askedMs }) => this.#know(event, askedMs)).map(({ event }) => event);
    for (const { userId } of latest) this.pending.forgetAdherence(userId);
    return {
      adherence: latest.map((event) => ({ ...event, source: 'rest' })),
      statuses: statuses.map((status) => ({ ...status, source: 'rest' })),
    };
  }

  #couldNotWrite(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    if (isFailure(error, 'Conflict')) {
      this.#isOver = true;
      this.#fail(error);
      this.#end(error);
      throw error;
    }
    const known = isFailure(error) ? said : 'unexpected trouble of the live tables; the log has the details';
    if (this.problem !== known) this.parts.log.warn('live rows could not be written; they wait', { why: said });
    this.problem = known;
  }
}
