import { type Random, seededRandom } from '../data/seededRandom.js';
import type { Limiter, LimitSize, Pass, WindowCounters } from './limiter.js';
import { type LimitSettings, perSecondOf, windowSecondsOf } from './limitSettings.js';

/** How long others stay at one share of a limit on jobs, unless told, in seconds. */
const JOBS_SHARE_SECONDS = 60;
/** Windows that others are followed through when nobody called for longer: what was before is forgotten. */
const WINDOWS_REMEMBERED = 20;

/**
 * A limit that other clients use part of: they call evenly, with jitter, at a share of its rate that changes now and then, or
 * hold a share of its jobs. Where it is closed, they call as it opens.
 */
export class OthersLoad implements Limiter {
  readonly #random: Random;
  #limit: LimitSettings;
  #nextDrawMs: number | null = null;
  #nextCallMs = Infinity;
  #gapMs = Infinity;

  constructor(
    private readonly inner: Limiter,
    limit: LimitSettings,
    private readonly others: NonNullable<LimitSettings['others']>,
    seed: number,
  ) {
    this.#limit = limit;
    this.#random = seededRandom('others', limit.shape, seed);
  }

  opensAtMs(nowMs: number): number {
    this.#catchUp(nowMs);
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
    this.#limit = { ...this.#limit, ...size } as LimitSettings;
    this.inner.resize(size, nowMs);
  }

  #catchUp(nowMs: number): void {
    const rememberedMs = WINDOWS_REMEMBERED * (windowSecondsOf(this.#limit) ?? JOBS_SHARE_SECONDS) * 1000;
    let drawMs = Math.max(this.#nextDrawMs ?? nowMs, nowMs - rememberedMs);
    this.#nextCallMs = Math.max(this.#nextCallMs, nowMs - rememberedMs);
    while (Math.min(drawMs, this.#nextCallMs) <= nowMs) {
      if (drawMs <= this.#nextCallMs) drawMs = this.#draw(drawMs);
      else this.#call(this.#nextCallMs);
    }
    this.#nextDrawMs = drawMs;
  }

  /** @returns when the next share is drawn. */
  #draw(atMs: number): number {
    const share = this.#random.next() * this.others.upTo;
    const windows = 2 + this.#random.next() * 6;
    const windowSeconds = windowSecondsOf(this.#limit);
    const seconds = this.others.everySeconds ?? (windowSeconds === null ? JOBS_SHARE_SECONDS : windows * windowSeconds);
    const untilMs = Math.floor(atMs + seconds * 1000);
    const perSecond = perSecondOf(this.#limit);
    if (perSecond !== null) {
      this.#gapMs = 1000 / (perSecond * share);
      this.#nextCallMs = Math.floor(atMs + this.#gapMs * this.#random.next());
    } else if (this.#limit.shape === 'jobs') {
      const jobs = Math.floor(this.#limit.jobs * share);
      for (let job = 0; job < jobs && this.inner.opensAtMs(atMs) <= atMs; job++)
        this.inner.accept(atMs).jobMade(untilMs);
    }
    return untilMs;
  }

  #call(atMs: number): void {
    const opensAtMs = this.inner.opensAtMs(atMs);
    if (opensAtMs <= atMs) {
      this.inner.accept(atMs);
      this.#nextCallMs = Math.floor(atMs + this.#gapMs * (0.5 + this.#random.next()));
    } else this.#nextCallMs = opensAtMs;
  }
}
