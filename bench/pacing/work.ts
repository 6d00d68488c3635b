/** Most jobs and urgent calls of a run together: more would measure this machine. */
export const MOST_CALLS = 400;

/** While the backfill runs, somebody waits for one more call so often. */
export const URGENT_EVERY_MS = 4000;

/** How much a run does. */
export interface WorkSize {
  readonly jobs: number;
  /** Best time for those jobs with the urgent calls that come meanwhile, in milliseconds. */
  readonly bestMs: number;
}

/**
 * As many jobs as a limiter can pass in so long, beside an urgent call every few seconds, and at most 400 of both.
 *
 * @param bestMsFor the limiter's best time for so many calls; never shorter for more of them.
 * @throws RangeError where it passes no job in that time.
 */
export function workSize(bestMsFor: (calls: number) => number, withinMs: number): WorkSize {
  let calls = 0;
  while (calls < MOST_CALLS && bestMsFor(calls + 1) <= withinMs) calls++;
  const bestMs = bestMsFor(calls);
  const jobs = calls - Math.floor(bestMs / URGENT_EVERY_MS);
  if (jobs < 1) throw new RangeError(`the limiter passes ${calls} calls in ${withinMs} ms: too few to measure by`);
  return { jobs, bestMs };
}
