/** A window's state after a call was counted. */
export interface WindowCount {
  readonly admitted: boolean;
  /** Calls in the window, this one and refused ones included. */
  readonly count: number;
  readonly allowed: number;
  /** Whole seconds, rounded up, until the window ends. */
  readonly resetSeconds: number;
}

/** A limit of so many calls in a fixed window that its first call opens. Times in milliseconds. */
export class FixedWindow {
  #endsAtMs = -Infinity;
  #count = 0;

  constructor(
    private readonly allowed: number,
    private readonly lengthMs: number,
  ) {}

  count(nowMs: number): WindowCount {
    if (nowMs >= this.#endsAtMs) {
      this.#endsAtMs = nowMs + this.lengthMs;
      this.#count = 0;
    }
    this.#count++;
    return {
      admitted: this.#count <= this.allowed,
      count: this.#count,
      allowed: this.allowed,
      resetSeconds: Math.max(1, Math.ceil((this.#endsAtMs - nowMs) / 1000)),
    };
  }
}
