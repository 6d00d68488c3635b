import type { StatusPiece } from './routingStatus.js';

// Looked up once: globals are slow where tests run (vm contexts).
const { min, max, floor } = Math;

/** Milliseconds by key within one bucket; keys without time are absent. */
export interface StatusBucket {
  readonly start: number;
  readonly end: number;
  readonly msByKey: ReadonlyMap<string, number>;
}

/**
 * Sums statuses into buckets that start at the interval's start; the last may be shorter. Buckets without time are left out.
 *
 * @param granularityMs null is one bucket, the whole interval.
 * @param keyOf what to sum by: the routing status or the presence.
 */
export function bucketsOf(
  pieces: readonly StatusPiece[],
  interval: { start: number; end: number },
  granularityMs: number | null,
  keyOf: (piece: StatusPiece) => string,
): StatusBucket[] {
  const width = granularityMs ?? interval.end - interval.start;
  const sums = new Map<number, Map<string, number>>();
  for (const piece of pieces) {
    const from = max(piece.start, interval.start);
    const until = min(piece.end, interval.end);
    for (let at = from; at < until; ) {
      const bucket = floor((at - interval.start) / width);
      const next = min(until, interval.start + (bucket + 1) * width);
      let sum = sums.get(bucket);
      if (!sum) {
        sum = new Map<string, number>();
        sums.set(bucket, sum);
      }
      const key = keyOf(piece);
      sum.set(key, (sum.get(key) ?? 0) + next - at);
      at = next;
    }
  }
  return [...sums.entries()]
    .sort(([one], [other]) => one - other)
    .map(([bucket, msByKey]) => ({
      start: interval.start + bucket * width,
      end: min(interval.end, interval.start + (bucket + 1) * width),
      msByKey,
    }));
}
