import type { Limiter, LimitSize, Pass, WindowCounters } from './limiter.js';
import { type LimitSettings, windowSecondsOf } from './limitSettings.js';
import { multiplied, sizeOf } from './limitSize.js';

/** A limit whose quantities become others at instants of their own, counted from its first call, or when told. */
export class ChangingLimit implements Limiter {
  #size: LimitSize;
  #pending: { readonly factor: number; readonly atMs: number }[] | null = null;

  constructor(
    private readonly inner: Limiter,
    private readonly limit: LimitSettings,
  ) {
    this.#size = sizeOf(limit);
  }

  /** Its quantities now. */
  get size(): LimitSize {
    return this.#size;
  }

  /** The next instant at which it becomes another; Infinity where it does not. */
  changesAtMs(nowMs: number): number {
    this.#changeBy(nowMs);
    return this.#pending?.[0]?.atMs ?? Infinity;
  }

  opensAtMs(nowMs: number): number {
    this.#changeBy(nowMs);
    return this.inner.opensAtMs(nowMs);
  }

  accept(nowMs: number): Pass {
    return this.inner.accept(nowMs);
  }

  refuse(nowMs: number): void {
    this.inner.refuse(nowMs);
  }

  counters(nowMs: number): WindowCounters | null {
    return this.inner.counters(nowMs);
  }

  resize(size: LimitSize, nowMs: number): void {
    this.#size = { ...this.#size, ...size };
    this.inner.resize(size, nowMs);
  }

  #changeBy(nowMs: number): void {
    this.#pending ??= this.#plan(nowMs);
    for (let next = this.#pending[0]; next && next.atMs <= nowMs; next = this.#pending[0]) {
      this.#pending.shift();
      this.resize(multiplied(this.#size, next.factor), nowMs);
    }
  }

  #plan(firstCallMs: number): { factor: number; atMs: number }[] {
    const windowMs = (windowSecondsOf(this.limit) ?? 0) * 1000;
    return this.limit.changes
      .map(({ factor, afterSeconds, afterWindows, at }) => ({
        factor,
        atMs:
          at === undefined ? firstCallMs + (afterSeconds ?? 0) * 1000 + (afterWindows ?? 0) * windowMs : Date.parse(at),
      }))
      .sort((one, other) => one.atMs - other.atMs);
  }
}
