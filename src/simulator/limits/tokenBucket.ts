import { FREE_PASS, type Limiter, type LimitSize, type Pass } from './limiter.js';

/** Below this, what a bucket lacks of a token is what arithmetic lost. */
const ROUNDING = 1e-6;

/** A bucket of tokens, full at first, that is filled at a steady rate; each call takes one. Refused calls take none. */
export class TokenBucket implements Limiter {
  #tokens: number;
  #asOfMs: number | null = null;

  constructor(
    private burst: number,
    private perSecond: number,
  ) {
    this.#tokens = burst;
  }

  opensAtMs(nowMs: number): number {
    this.#fill(nowMs);
    const lacking = 1 - ROUNDING - this.#tokens;
    return lacking <= 0 ? nowMs : nowMs + Math.ceil((lacking / this.perSecond) * 1000);
  }

  accept(nowMs: number): Pass {
    this.#fill(nowMs);
    this.#tokens -= 1;
    return FREE_PASS;
  }

  refuse(): void {
    // It took no token.
  }

  counters(): null {
    return null;
  }

  resize({ burst, perSecond }: LimitSize, nowMs: number): void {
    this.#fill(nowMs);
    if (perSecond !== undefined) this.perSecond = perSecond;
    if (burst !== undefined) this.burst = burst;
    this.#tokens = Math.min(this.burst, this.#tokens);
  }

  #fill(nowMs: number): void {
    const seconds = Math.max(0, nowMs - (this.#asOfMs ?? nowMs)) / 1000;
    this.#tokens = Math.min(this.burst, this.#tokens + seconds * this.perSecond);
    this.#asOfMs = nowMs;
  }
}
