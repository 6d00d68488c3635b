import type { ActivityCategory, ActivityCode } from './activityCodes.js';
import type { Habits } from './people.js';
import type { Random } from './seededRandom.js';
import type { Scheduled } from './shiftPlan.js';
import { codeFor } from './shiftPlan.js';
import type { Unit } from './unit.js';

/** What somebody did while logged in, in seconds since the epoch, half-open. Between two pieces they were offline. */
export interface Actual {
  readonly start: number;
  readonly end: number;
  readonly category: ActivityCategory;
  /** Genesys does not always know which code an actual activity belongs to. */
  readonly codeId: string | null;
  readonly systemPresence: string;
  /** Which of the organisation's presences of that kind; null is the system's own. */
  readonly presence: number | null;
}

/** The system presence that goes with a category. */
export const PRESENCE_OF: Readonly<Record<ActivityCategory, string>> = {
  OnQueueWork: 'OnQueue',
  Break: 'Break',
  Meal: 'Meal',
  Meeting: 'Meeting',
  OffQueueWork: 'Busy',
  TimeOff: 'Offline',
  Training: 'Training',
  Unavailable: 'Away',
};

/**
 * What came of a schedule: turns taken early and late, interruptions, meals worked through, overtime.
 *
 * A working day of eight hours gives about four to ten exceptions. Pieces are in order and never overlap.
 */
export function workShift(plan: readonly Scheduled[], habits: Habits, unit: Unit, random: Random): Actual[] {
  const turns = plan.map((activity, index) => turnInto(activity, index, habits, random));
  const last = plan.at(-1);
  if (!last) return [];
  const leftAt = last.end + leaving(habits, random);

  return plan.flatMap((activity, index) => {
    const start = turns[index] ?? activity.start;
    const end = turns[index + 1] ?? leftAt;
    const worksThrough = activity.code.category === 'Meal' && random.chance(habits.worksOver ? 0.25 : 0.02);
    const category = worksThrough ? 'OnQueueWork' : activity.code.category;
    const interrupted = category === 'OnQueueWork' && end - start > 2400 && random.chance(0.25);
    if (!interrupted) return [piece(start, end, category, unit, random)];
    const from = start + random.integer(600, 1200);
    const until = from + random.integer(45, 720);
    return [
      piece(start, from, category, unit, random),
      piece(from, until, random.pick(['Break', 'Unavailable', 'Meeting', 'OffQueueWork']), unit, random),
      piece(until, end, category, unit, random),
    ];
  });
}

/** Work on a day without a schedule: a few hours on queue, with a break. */
export function workUnplanned(start: number, unit: Unit, random: Random): Actual[] {
  const pause = start + random.integer(3600, 9000);
  const back = pause + random.integer(300, 1800);
  const end = back + random.integer(1800, 9000);
  return [
    piece(start, pause, 'OnQueueWork', unit, random),
    piece(pause, back, 'Break', unit, random),
    piece(back, end, 'OnQueueWork', unit, random),
  ];
}

function turnInto(activity: Scheduled, index: number, habits: Habits, random: Random): number {
  const onTime = random.chance(0.22);
  const late = random.chance(0.6);
  const off = Math.min(360, Math.round(-Math.log(1 - random.next() * 0.98) * 80 * habits.sloppiness));
  const veryLate = index === 0 && random.chance(0.06) ? random.integer(300, 1800) : 0;
  if (onTime) return activity.start;
  return activity.start + (late ? off : -off) + veryLate;
}

function leaving(habits: Habits, random: Random): number {
  if (habits.worksOver && random.chance(0.7)) return random.integer(900, 5400);
  if (random.chance(0.04)) return -random.integer(300, 900);
  return random.integer(-120, 300);
}

function piece(start: number, end: number, category: ActivityCategory, unit: Unit, random: Random): Actual {
  const code: ActivityCode = codeFor(unit, category, random);
  return {
    start,
    end,
    category,
    codeId: random.chance(0.9) ? code.id : null,
    systemPresence: PRESENCE_OF[category],
    presence: random.chance(0.7) ? random.integer(0, 1) : null,
  };
}
