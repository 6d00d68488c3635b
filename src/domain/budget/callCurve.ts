import { z } from 'zod';

/** Knots kept, unless fewer are asked for; a knot is about 25 bytes of JSON. */
const MOST_KNOTS = 40;

/**
 * How many calls there were up to each instant: a line through knots `[instant in ms, calls so far]`, rising, oldest first.
 *
 * Takes calls in any order, late ones too. Past its knots it forgets the one that changes recent counts the least, so that what
 * is long past gets coarse and no edge between bursts and silence is lost before it has to be.
 */
export const CallCurve = z.array(z.tuple([z.number(), z.number()])).max(MOST_KNOTS);
export type CallCurve = z.infer<typeof CallCurve>;

export const NO_CALLS: CallCurve = [];

/** Adds calls that left evenly between two instants. */
export function addCalls(
  curve: CallCurve,
  fromMs: number,
  toMs: number,
  calls: number,
  mostKnots = MOST_KNOTS,
): CallCurve {
  if (!(calls > 0)) return curve;
  const from = Math.round(fromMs);
  const to = Math.max(from + 1, Math.round(toMs));
  const times = withTime(
    withTime(
      curve.map(([atMs]) => atMs),
      from,
    ),
    to,
  );
  const knots = times.map((atMs): [number, number] => [
    atMs,
    rounded(callsUntil(curve, atMs) + calls * Math.min(1, Math.max(0, (atMs - from) / (to - from)))),
  ]);
  while (knots.length > mostKnots) knots.splice(leastMissed(knots), 1);
  return knots;
}

/** Calls after the first instant, up to the second; never negative. */
export function callsBetween(curve: CallCurve, afterMs: number, untilMs: number): number {
  return Math.max(0, callsUntil(curve, untilMs) - callsUntil(curve, afterMs));
}

function callsUntil(curve: CallCurve, atMs: number): number {
  const first = curve[0];
  const last = curve[curve.length - 1];
  if (first === undefined || last === undefined || atMs <= first[0]) return first?.[1] ?? 0;
  if (atMs >= last[0]) return last[1];
  let low = 0;
  let high = curve.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((curve[middle]?.[0] ?? 0) <= atMs) low = middle;
    else high = middle;
  }
  const [left, right] = [curve[low] ?? first, curve[high] ?? last];
  return between(left, right, atMs);
}

function between(left: readonly [number, number], right: readonly [number, number], atMs: number): number {
  return left[1] + ((right[1] - left[1]) * (atMs - left[0])) / (right[0] - left[0]);
}

function withTime(times: number[], atMs: number): number[] {
  const index = times.findIndex((time) => time >= atMs);
  if (index === -1) return [...times, atMs];
  return times[index] === atMs ? times : [...times.slice(0, index), atMs, ...times.slice(index)];
}

/** Index of the inner knot without which counts up to now change the least, in proportion to what they count. */
function leastMissed(knots: readonly [number, number][]): number {
  const total = knots[knots.length - 1]?.[1] ?? 0;
  let least = { index: 1, missed: Number.POSITIVE_INFINITY };
  for (let index = 1; index < knots.length - 1; index++) {
    const [left, knot, right] = [knots[index - 1], knots[index], knots[index + 1]];
    if (!left || !knot || !right) continue;
    const missed = Math.abs(knot[1] - between(left, right, knot[0])) / (total - knot[1] + 1);
    if (missed < least.missed) least = { index, missed };
  }
  return least.index;
}

function rounded(calls: number): number {
  return Math.round(calls * 1000) / 1000;
}
