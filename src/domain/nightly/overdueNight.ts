import type { NightRun } from './nightRun.js';

/** How long after its nominal time a night may take, to its end, before it counts as overdue. */
export const OVERDUE_AFTER_MS = 6 * 3_600_000;

/**
 * The nominal time of the last night that should have been loaded by now and was not; null where none is.
 *
 * A night is loaded when a run for it, or for a later instant, has ended with or without gaps (gaps are coverage's to tell). So it does
 * not matter whether a night failed, still runs, was skipped, or was never started because no server or no schedule was there.
 *
 * @param dueTimes nominal times of the schedule, whether or not anything was started then.
 */
export function overdueNight(
  dueTimes: readonly string[],
  runs: readonly NightRun[],
  nowMs: number,
  overdueAfterMs: number = OVERDUE_AFTER_MS,
): string | null {
  const due = dueTimes.map((time) => Date.parse(time)).filter((ms) => ms + overdueAfterMs <= nowMs);
  if (due.length === 0) return null;
  const lastDueMs = Math.max(...due);
  const loaded = runs.filter(({ state }) => state === 'complete' || state === 'completeWithGaps');
  const isLoaded = loaded.some(({ nominalTime }) => Date.parse(nominalTime) >= lastDueMs - JITTER_MS);
  return isLoaded ? null : new Date(lastDueMs).toISOString();
}

/** The server lists times with their jitter, an hour at most, and starts runs for the time without. */
const JITTER_MS = 3_600_000;
