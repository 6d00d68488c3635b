import type { SyncPolicy } from './syncPolicy.js';
import type { ScheduleFact, SyncTruth } from './syncFacts.js';
import type { SyncMemory } from './syncMemory.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A week begins with a local midnight, and the first of a date is at UTC+14, the last at UTC−12. */
const EAST_MS = 14 * HOUR_MS;
const WEST_MS = 12 * HOUR_MS;
/** The longest interval and the longest time between rounds: what a round may look ahead. */
const AHEAD_MS = 2 * HOUR_MS;

/**
 * Published schedules that a round needs a snapshot of: they may cover this moment or the interval that comes, and are not those
 * that the last snapshots were taken of, by id and version.
 *
 * An edit of another week so costs no snapshot; it is taken when that week comes.
 */
export function schedulesMoved(
  policy: SyncPolicy,
  memory: SyncMemory,
  schedules: readonly ScheduleFact[],
  nowMs: number,
): ScheduleFact[] {
  const wanted = new Set(policy.sites.map(({ businessUnit }) => businessUnit));
  return schedulesNear(schedules, nowMs)
    .filter(({ businessUnitId }) => wanted.has(businessUnitId))
    .filter(({ businessUnitId, id, version }) => (memory.schedules[businessUnitId]?.[id] ?? -1) < version);
}

/**
 * Versions of the schedules that the availability stands for, once the snapshots of those that moved are in `truth`: that of the
 * list or, where the schedule moved again before its snapshot was taken, that of the snapshot.
 */
export function cursorsOf(truth: SyncTruth, nowMs: number): SyncMemory['schedules'] {
  const cursors: Record<string, Record<string, number>> = {};
  for (const schedule of schedulesNear(truth.schedules, nowMs)) {
    const unit = (cursors[schedule.businessUnitId] ??= {});
    const taken = truth.availability.filter(({ scheduleId }) => scheduleId === schedule.id);
    unit[schedule.id] = Math.max(schedule.version, ...taken.map(({ scheduleVersion }) => scheduleVersion));
  }
  return cursors;
}

/** Published schedules that may cover an instant or the interval that comes, wherever their business unit is. */
export function schedulesNear(schedules: readonly ScheduleFact[], nowMs: number): ScheduleFact[] {
  return schedules.filter((schedule) => isNear(schedule, nowMs));
}

function isNear({ weekDate, weekCount }: ScheduleFact, nowMs: number): boolean {
  const fromMs = Date.parse(`${weekDate}T00:00:00Z`);
  return fromMs - EAST_MS <= nowMs + AHEAD_MS && nowMs < fromMs + 7 * weekCount * DAY_MS + WEST_MS;
}
