import type { RetryAdvice } from '../control/retryAfterForm.js';
import { seededRandom, type Random } from '../data/seededRandom.js';
import type { LimitSize, Pass, WindowCounters } from './limiter.js';
import { limiterOf } from './limiterOf.js';
import type { Disguise, LimitSettings } from './limitSettings.js';
import { toldAdvice } from './told.js';

/** How long a call may already have been on its way when a refusal was answered, in milliseconds. */
export const ON_ITS_WAY_MS = 300;

/** What a limit says to one call. */
export type Verdict =
  | { readonly admitted: true; readonly pass: Pass }
  | { readonly admitted: false; readonly told: RetryAdvice; readonly disguise: Disguise | null };

/** The truth about the calls that met a limit, added up. Instants in milliseconds since the epoch. */
export interface LimitTruth {
  accepted: number;
  /** In disguise or not. */
  refused: number;
  disguised: number;
  /** Calls that came over 300 ms after a refusal while the limit could not have let them through. */
  insideClosed: number;
  /** Calls that came over 300 ms after a refusal and before the instant that it named, let through or not. */
  beforeTold: number;
}

/** A limit in force for one OAuth client. */
export class EnforcedLimit {
  readonly #limiter: ReturnType<typeof limiterOf>;
  readonly #random: Random;
  /** Closed since the refusal that found it so, until then as far as known. */
  #closure: { readonly refusedAtMs: number; opensAtMs: number } | null = null;
  #told: { readonly atMs: number; untilMs: number } | null = null;
  #punishedUntilMs = -Infinity;

  constructor(
    private readonly limit: LimitSettings,
    seed: number,
    readonly truth: LimitTruth,
  ) {
    this.#limiter = limiterOf(limit, seed);
    this.#random = seededRandom('disguise', seed);
  }

  /** Judges a call on its arrival. */
  meet(nowMs: number): Verdict {
    this.#judgeByTold(nowMs);
    const opensAtMs = Math.max(this.#limiter.opensAtMs(nowMs), this.#punishedUntilMs);
    if (opensAtMs <= nowMs) {
      this.#closure = null;
      this.truth.accepted++;
      return { admitted: true, pass: this.#limiter.accept(nowMs) };
    }
    this.#limiter.refuse(nowMs);
    this.truth.refused++;
    const isFirst = !this.#closure || nowMs >= this.#closure.opensAtMs;
    if (!this.#closure || isFirst) this.#closure = { refusedAtMs: nowMs, opensAtMs };
    this.#closure.opensAtMs = opensAtMs;
    if (nowMs > this.#closure.refusedAtMs + ON_ITS_WAY_MS) this.#disregarded(this.#closure, nowMs);
    if (!isFirst && this.limit.disguise.length > 0) {
      this.truth.disguised++;
      const told = toldAdvice('absent', opensAtMs, nowMs);
      return { admitted: false, told, disguise: this.#random.pick(this.limit.disguise) };
    }
    const { told: form, toldAtLeastSeconds } = this.limit;
    const told = toldAdvice(form, this.#closure.opensAtMs, nowMs, toldAtLeastSeconds);
    if (told.untilMs !== null)
      this.#told = { atMs: this.#told?.atMs ?? nowMs, untilMs: Math.max(told.untilMs, this.#told?.untilMs ?? 0) };
    return { admitted: false, told, disguise: null };
  }

  /** The API's counters as they are after the last call; null where its answers carry none. */
  counters(nowMs: number): WindowCounters | null {
    return 'counters' in this.limit && this.limit.counters ? this.#limiter.counters(nowMs) : null;
  }

  get size(): LimitSize {
    return this.#limiter.size;
  }

  resize(size: LimitSize, nowMs: number): void {
    this.#limiter.resize(size, nowMs);
  }

  #judgeByTold(nowMs: number): void {
    if (this.#told && nowMs >= this.#told.untilMs) this.#told = null;
    if (this.#told && nowMs > this.#told.atMs + ON_ITS_WAY_MS) this.truth.beforeTold++;
  }

  #disregarded(closure: { opensAtMs: number }, nowMs: number): void {
    this.truth.insideClosed++;
    if (this.limit.penaltySeconds === 0) return;
    const fromMs = Number.isFinite(closure.opensAtMs) ? closure.opensAtMs : nowMs;
    closure.opensAtMs = fromMs + this.limit.penaltySeconds * 1000;
    this.#punishedUntilMs = closure.opensAtMs;
  }
}
