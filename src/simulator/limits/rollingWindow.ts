import { FREE_PASS, type Limiter, type LimitSize, type Pass } from './limiter.js';

/** Instants that have left the window are let go of in lots of so many. */
const LOT = 1024;

/** A limit of so many calls in any stretch of time of one length. Refused calls do not count. */
export class RollingWindow implements Limiter {
  /** When calls were let through, oldest first; those before `#first` have left. */
  #accepted: number[] = [];
  #first = 0;

  constructor(
    private calls: number,
    private lengthMs: number,
  ) {}

  opensAtMs(nowMs: number): number {
    while ((this.#accepted[this.#first] ?? Infinity) + this.lengthMs <= nowMs) this.#first++;
    if (this.#first > LOT) {
      this.#accepted = this.#accepted.slice(this.#first);
      this.#first = 0;
    }
    const inTheWay = this.#accepted.at(-this.calls);
    const isFull = this.#accepted.length - this.#first >= this.calls && inTheWay !== undefined;
    return isFull ? inTheWay + this.lengthMs : nowMs;
  }

  accept(nowMs: number): Pass {
    this.#accepted.push(nowMs);
    return FREE_PASS;
  }

  refuse(): void {
    // It made no room smaller.
  }

  counters(): null {
    return null;
  }

  resize({ calls, windowSeconds }: LimitSize): void {
    if (calls !== undefined) this.calls = calls;
    if (windowSeconds !== undefined) this.lengthMs = windowSeconds * 1000;
  }
}
