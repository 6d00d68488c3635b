import type { TestWorkflowEnvironment } from '@temporalio/testing';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The time that a test's organisation, client and activities go by. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Catches up with the Temporal server's time. */
  readonly follow: () => Promise<void>;
}

export const WALL_CLOCK: TestClock = { now: () => Date.now(), follow: () => Promise.resolve() };

/** A clock that shows this hour of yesterday (UTC) now, and goes on from there: as far from midnight as a test needs, whenever it runs. */
export function clockFrom(hour: number): TestClock {
  const startedMs = Date.now();
  const yesterdayMs = (Math.floor(startedMs / DAY_MS) - 1) * DAY_MS;
  const behindMs = startedMs - (yesterdayMs + hour * HOUR_MS);
  return { now: () => Date.now() - behindMs, follow: () => Promise.resolve() };
}

/**
 * The clock of a time-skipping server, which leaps while nobody works.
 *
 * It is asked for before each step (`follow`) and runs on by itself meanwhile, as the server's does: so what a step sees is the time
 * at which the server handed the step out, or later. Never goes back.
 */
export function skippingClock(environment: TestWorkflowEnvironment): TestClock {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    follow: async () => {
      aheadMs = Math.max(aheadMs, (await environment.currentTimeMs()) - Date.now());
    },
  };
}
