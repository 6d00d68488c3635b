import type { ListenerClock } from './listenerParts.js';

/** How often it is looked at. Milliseconds. */
const EVERY_MS = 250;
/** How long being late is remembered: what came then may be the last that ever comes. Milliseconds. */
const REMEMBERED_MS = 10_000;

/**
 * How late this process comes to what waits for it, on a machine that has too much to do: what it reads now may have come so long
 * before.
 */
export class Lateness {
  #dueMs: number;
  #lately: { readonly atMs: number; readonly lateMs: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly clock: Pick<ListenerClock, 'steadyMs'>) {
    this.#dueMs = clock.steadyMs() + EVERY_MS;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#timer.unref();
  }

  /** The most of the last seconds. Milliseconds. */
  get ms(): number {
    return Math.max(0, this.clock.steadyMs() - this.#dueMs, ...this.#lately.map(({ lateMs }) => lateMs));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = this.clock.steadyMs();
    const lately = this.#lately.filter(({ atMs }) => nowMs - atMs < REMEMBERED_MS);
    this.#lately = [...lately, { atMs: nowMs, lateMs: nowMs - this.#dueMs }];
    this.#dueMs = nowMs + EVERY_MS;
  }
}
