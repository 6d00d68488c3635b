const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Lengths that people give windows. */
const ROUND_MS = [
  ...[1, 2, 5, 10, 15, 20, 30, 45].map((seconds) => seconds * 1000),
  ...[1, 1.5, 2, 3, 4, 5, 6, 10, 15, 20, 30, 45].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 4, 6, 8, 12, 24].map((hours) => hours * HOUR_MS),
];

/** The only round length of a window between two bounds (ms, both included), or null when there is none or more than one. */
export function roundWindowMs(leastMs: number, mostMs: number): number | null {
  const between = ROUND_MS.filter((length) => length >= leastMs && length <= mostMs);
  return between.length === 1 ? (between[0] ?? null) : null;
}

export function isRoundWindow(windowMs: number): boolean {
  return ROUND_MS.includes(windowMs);
}
