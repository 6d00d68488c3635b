const WAITS_SECONDS = [1, 2, 5, 10, 30, 60];

/** Milliseconds until the next try after so many failures in a row: a second at first, a minute in the end. */
export function roundBackoffMs(failures: number): number {
  return (WAITS_SECONDS[Math.min(Math.max(failures, 1), WAITS_SECONDS.length) - 1] ?? 60) * 1000;
}
