import { FREE_PASS, type Limiter, type LimitSize, type Pass, type WindowCounters } from './limiter.js';

/** A limit of so many calls in a window that its first call opens, or in windows aligned to the clock. */
export class FixedWindow implements Limiter {
  #endsAtMs = -Infinity;
  #accepted = 0;
  #refused = 0;

  constructor(
    private calls: number,
    private lengthMs: number,
    /** Whether windows begin at whole multiples of their length since the epoch: a day's at midnight UTC. */
    private readonly isAligned = false,
  ) {}

  opensAtMs(nowMs: number): number {
    return nowMs >= this.#endsAtMs || this.#accepted < this.calls ? nowMs : this.#endsAtMs;
  }

  accept(nowMs: number): Pass {
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = this.lengthMs + (this.isAligned ? Math.floor(nowMs / this.lengthMs) * this.lengthMs : nowMs);
      this.#accepted = 0;
      this.#refused = 0;
    }
    this.#accepted++;
    return FREE_PASS;
  }

  refuse(nowMs: number): void {
    if (nowMs < this.#endsAtMs) this.#refused++;
  }

  counters(nowMs: number): WindowCounters {
    const isOpen = nowMs < this.#endsAtMs;
    return {
      count: isOpen ? this.#accepted + this.#refused : 0,
      allowed: this.calls,
      resetSeconds: isOpen ? Math.max(1, Math.ceil((this.#endsAtMs - nowMs) / 1000)) : Math.ceil(this.lengthMs / 1000),
    };
  }

  /** A window under way keeps its end. */
  resize({ calls, windowSeconds }: LimitSize): void {
    if (calls !== undefined) this.calls = calls;
    if (windowSeconds !== undefined) this.lengthMs = windowSeconds * 1000;
  }
}
