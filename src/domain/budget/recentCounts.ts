import { z } from 'zod';

/** Counts by slot of time, `[start of the slot in ms, count]`, oldest first: how often something happened lately. */
export const RecentCounts = z.array(z.tuple([z.number(), z.number().nonnegative()])).max(64);
export type RecentCounts = z.infer<typeof RecentCounts>;

/** How long a slot is, and how many are kept. */
export interface CountedTime {
  readonly slotMs: number;
  readonly slots: number;
}

/** An hour, in five minutes. */
export const LAST_HOUR: CountedTime = { slotMs: 300_000, slots: 12 };

/** Adds a count at an instant. What is older than the time kept, counted back from the latest slot, is dropped. */
export function addCount(counts: RecentCounts, time: CountedTime, atMs: number, count: number): RecentCounts {
  if (!(count > 0) || !Number.isFinite(atMs)) return counts;
  const slot = slotOf(atMs, time);
  const sums = new Map(counts.map(([fromMs, sum]) => [fromMs, sum] as const));
  sums.set(slot, (sums.get(slot) ?? 0) + count);
  const oldest = Math.max(...sums.keys()) - (time.slots - 1) * time.slotMs;
  return [...sums].filter(([fromMs]) => fromMs >= oldest).sort(([one], [other]) => one - other);
}

/** What was counted in the time before an instant, to the slot. */
export function sumOf(counts: RecentCounts, time: CountedTime, nowMs: number): number {
  const oldest = slotOf(nowMs, time) - (time.slots - 1) * time.slotMs;
  return counts.reduce((sum, [fromMs, count]) => (fromMs >= oldest ? sum + count : sum), 0);
}

function slotOf(atMs: number, { slotMs }: CountedTime): number {
  return Math.floor(atMs / slotMs) * slotMs;
}
