import type { Events } from './events.js';

/** A task queue with a rate, whose backlog never ends. */
export interface RateQueue {
  /** Calls a second; null for none, when only the workers bound it. */
  setRate(perSecond: number | null): void;
  /** Nothing is dispatched before then. */
  pauseUntil(atMs: number): void;
}

/** What two workers get through where nothing bounds them, calls a second. */
const NATURAL_PER_SECOND = 10;

/**
 * Dispatches as Temporal does with one partition: evenly at the rate; after a pause it first makes up for at most a second of it.
 *
 * Source: measured, 5 a second let 10 to 11 start in the first second and exactly 5 in each that followed.
 */
export function rateQueue(clock: Events, dispatch: () => void): RateQueue {
  let perSecond = NATURAL_PER_SECOND;
  let nextMs = 0;
  let pausedUntilMs = 0;
  let turn = 0;

  function arm(): void {
    const mine = ++turn;
    clock.at(Math.max(nextMs, pausedUntilMs), () => {
      if (mine !== turn) return;
      nextMs = Math.max(nextMs, clock.now() - 1000) + 1000 / perSecond;
      arm();
      dispatch();
    });
  }

  arm();
  return {
    setRate(wanted) {
      const before = perSecond;
      perSecond = Math.min(NATURAL_PER_SECOND, wanted ?? NATURAL_PER_SECOND);
      // What was put off at the old rate comes at the new one.
      if (nextMs > clock.now()) nextMs = clock.now() + (nextMs - clock.now()) * (before / perSecond);
      arm();
    },
    pauseUntil(atMs) {
      pausedUntilMs = atMs;
      arm();
    },
  };
}
