import type { ActivityCategory, ActivityCode } from './activityCodes.js';
import type { Habits } from './people.js';
import type { Random } from './seededRandom.js';
import type { Unit } from './unit.js';

/** A scheduled activity, in seconds since the epoch, half-open. */
export interface Scheduled {
  readonly start: number;
  readonly end: number;
  readonly code: ActivityCode;
}

/** What a day was meant to be. `free` has neither schedule nor work; `unplanned` is work that no schedule holds. */
export type DayKind = 'free' | 'unplanned' | 'shift' | 'timeOff' | 'training' | 'noShow';

/** Draws what kind of day it is: mostly shifts on working days and nothing on days off. */
export function drawDayKind(habits: Habits, weekday: number, random: Random): DayKind {
  const draw = random.next();
  if (habits.daysOff.includes(weekday)) return draw < 0.92 ? 'free' : draw < 0.96 ? 'unplanned' : 'shift';
  if (draw < 0.03) return 'timeOff';
  if (draw < 0.05) return 'free';
  if (draw < 0.065) return 'noShow';
  if (draw < 0.085) return 'training';
  return draw < 0.1 ? 'unplanned' : 'shift';
}

/** The schedule of one day: contiguous activities from the shift's start; none where nothing was planned. */
export function planShift(kind: DayKind, start: number, minutes: number, unit: Unit, random: Random): Scheduled[] {
  if (kind === 'free' || kind === 'unplanned') return [];
  if (kind === 'timeOff') return [{ start, end: start + 8 * 3600, code: codeFor(unit, 'TimeOff', random) }];
  if (kind === 'training') return planTrainingDay(start, unit, random);

  const turns: [untilMinute: number, category: ActivityCategory][] = [];
  const restAt = (share: number, length: number, category: ActivityCategory): void => {
    const from = Math.round((minutes * share + random.integer(-10, 10)) / 5) * 5;
    turns.push([from, 'OnQueueWork'], [from + length, category]);
  };
  restAt(0.24, 15, 'Break');
  restAt(0.45, random.pick([30, 45, 60]), 'Meal');
  if (random.chance(0.35) && minutes > 400)
    restAt(0.68, random.pick([30, 45]), random.pick(['Meeting', 'Training', 'OffQueueWork']));
  restAt(0.85, 15, 'Break');
  turns.push([minutes, 'OnQueueWork']);

  let from = 0;
  return turns.map(([until, category]) => {
    const activity = { start: start + from * 60, end: start + until * 60, code: codeFor(unit, category, random) };
    from = until;
    return activity;
  });
}

function planTrainingDay(start: number, unit: Unit, random: Random): Scheduled[] {
  const noon = start + 4 * 3600;
  const end = start + 8 * 3600;
  return [
    { start, end: noon, code: codeFor(unit, 'Training', random) },
    { start: noon, end: noon + 2700, code: codeFor(unit, 'Meal', random) },
    { start: noon + 2700, end, code: codeFor(unit, 'Training', random) },
  ];
}

/** A code of the category: Genesys's own four times in five, else one the customer made. */
export function codeFor(unit: Unit, category: ActivityCategory, random: Random): ActivityCode {
  const codes = unit.activityCodes.filter((code) => code.category === category);
  const own = codes.find((code) => code.isDefault) ?? codes[0];
  if (!own) throw new RangeError(`no activity code of category ${category}`);
  return random.chance(0.8) ? own : random.pick(codes);
}
