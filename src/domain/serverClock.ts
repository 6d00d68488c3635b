/** How far a server's clock is ahead of a steady clock of ours, as an interval: milliseconds, both ends included. */
export interface ServerClock {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** One answer that bore a `Date`: when it left and came by our steady clock, and what the server's clock said, in whole seconds. */
export interface DatedAnswer {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly dateMs: number;
}

/** A `Date` has no fractions of a second. */
const RESOLUTION_MS = 1_000;

/**
 * What one more answer tells of the server's clock.
 *
 * The server wrote its `Date` between the call's leaving and the answer's coming, so each answer gives an interval; what lies in all of
 * them gets narrower. Where an answer contradicts the ones before it (another server, a clock that was set), it alone counts.
 */
export function serverClockAfter(
  before: ServerClock | null,
  { sentAtMs, receivedAtMs, dateMs }: DatedAnswer,
): ServerClock {
  const told = { leastMs: dateMs - receivedAtMs, mostMs: dateMs + RESOLUTION_MS - sentAtMs };
  if (before === null) return told;
  const both = { leastMs: Math.max(before.leastMs, told.leastMs), mostMs: Math.min(before.mostMs, told.mostMs) };
  return both.leastMs <= both.mostMs ? both : told;
}

/** The server's time at an instant of our steady clock: the middle of what it can be. */
export function serverTimeMs({ leastMs, mostMs }: ServerClock, steadyMs: number): number {
  return Math.round(steadyMs + (leastMs + mostMs) / 2);
}
