import type { Organisation } from '../data/organisation.js';
import type { Person } from '../data/people.js';
import type { Scheduled } from '../data/shiftPlan.js';
import { seededUuid } from '../data/seededRandom.js';
import type { Unit } from '../data/unit.js';
import { workdaysBetween } from '../data/workday.js';
import type { EpochDay } from '../data/zoneDays.js';

/** A shift of a schedule. Instants in seconds since the epoch, half-open. */
export interface Shift {
  readonly id: string;
  readonly userId: string;
  readonly unit: Unit;
  /** Local day of the unit on which it starts. */
  readonly day: EpochDay;
  readonly start: number;
  readonly end: number;
  /** Contiguous, in order. */
  readonly activities: readonly Scheduled[];
  readonly manuallyEdited: boolean;
}

/** A whole day off, which is no shift: by date, without instants. */
export interface DayOff {
  readonly userId: string;
  readonly unit: Unit;
  readonly day: EpochDay;
  readonly minutes: number;
  readonly activityCodeId: string;
}

export interface PlannedShifts {
  readonly shifts: readonly Shift[];
  readonly daysOff: readonly DayOff[];
}

/**
 * A person's shifts in a unit that begin in a half-open interval (seconds since the epoch), as planned: the same plan that adherence is
 * measured by. A day of time off and nothing else is no shift but a marker.
 */
export function plannedShifts(
  organisation: Organisation,
  person: Person,
  unit: Unit,
  start: number,
  end: number,
): PlannedShifts {
  const shifts: Shift[] = [];
  const daysOff: DayOff[] = [];
  for (const { day, scheduled } of workdaysBetween(organisation, person, unit, start, end)) {
    const [first] = scheduled;
    const last = scheduled.at(-1);
    if (!first || !last || first.start < start || first.start >= end) continue;
    if (scheduled.every(({ code }) => code.category === 'TimeOff'))
      daysOff.push({
        userId: person.id,
        unit,
        day,
        minutes: (last.end - first.start) / 60,
        activityCodeId: first.code.id,
      });
    else
      shifts.push({
        id: seededUuid(organisation.seed, 'shift', person.id, unit.id, day),
        userId: person.id,
        unit,
        day,
        start: first.start,
        end: last.end,
        activities: scheduled,
        manuallyEdited: false,
      });
  }
  return { shifts, daysOff };
}

/** Whether the time of an activity is paid. */
export function isPaid({ code }: Scheduled): boolean {
  return code.category !== 'Meal';
}
