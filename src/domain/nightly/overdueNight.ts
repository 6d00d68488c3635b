import type { NightRun } from './nightRun.js';

/** States in which a night counts as loaded: of one that was forgotten nobody can say more. */
const LOADED: readonly NightRun['state'][] = ['complete', 'completeWithGaps', 'forgotten'];

/**
 * The nominal time of the last night that should have been loaded by now and was not; null where none is.
 *
 * A night is loaded when a run for it, or for a later instant, has ended with or without gaps (gaps are coverage's to tell). So it does
 * not matter whether a night failed, still runs, was skipped, or was never started because no server or no schedule was there.
 *
 * @param overdueAfterMs how long after its nominal time a night may take, to its end.
 * @param jitterMs at most how much later than the nominal times of runs `dueTimes` are.
 * @param dueTimes nominal times of the schedule, whether or not anything was started then.
 */
export function overdueNight(
  dueTimes: readonly string[],
  runs: readonly NightRun[],
  { nowMs, overdueAfterMs, jitterMs }: { nowMs: number; overdueAfterMs: number; jitterMs: number },
): string | null {
  const due = dueTimes.map((time) => Date.parse(time)).filter((ms) => ms + overdueAfterMs <= nowMs);
  if (due.length === 0) return null;
  const lastDueMs = Math.max(...due);
  const loaded = runs.filter(({ state }) => LOADED.includes(state));
  const isLoaded = loaded.some(({ nominalTime }) => Date.parse(nominalTime) >= lastDueMs - jitterMs);
  return isLoaded ? null : new Date(lastDueMs).toISOString();
}
