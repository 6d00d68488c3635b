import { type Actual, workShift, workUnplanned } from './actualWork.js';
import type { Organisation } from './organisation.js';
import type { Membership, Person } from './people.js';
import { seededRandom } from './seededRandom.js';
import { drawDayKind, planShift, type Scheduled } from './shiftPlan.js';
import type { Unit } from './unit.js';
import { dayStart, type EpochDay, epochDayAt, wallClock } from './zoneDays.js';

/**
 * One person's day in one unit: the shift that starts on that local date, whole, even where it ends on the next one.
 *
 * `notBefore` and `notAfter` (seconds since the epoch) bound the stay in the unit: what lies outside did not happen.
 */
export interface Workday {
  readonly unit: Unit;
  readonly day: EpochDay;
  readonly scheduled: readonly Scheduled[];
  readonly actual: readonly Actual[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** The person's days in a unit that may touch a half-open interval (seconds since the epoch), in order. */
export function workdaysBetween(
  organisation: Organisation,
  person: Person,
  unit: Unit,
  start: number,
  end: number,
): Workday[] {
  const first = Math.max(epochDayAt(unit.timeZone, start) - 1, organisation.historyStarts);
  const last = epochDayAt(unit.timeZone, end - 1);
  const days: Workday[] = [];
  for (const stay of person.memberships) {
    if (stay.unit.id !== unit.id) continue;
    for (let day = Math.max(first, stay.from); day <= last && day < stay.to; day++)
      days.push(workdayOf(organisation, person, stay, day));
  }
  return days;
}

/** First and last second of a stay, as instants. */
export function stayBounds(stay: Membership): { notBefore: number; notAfter: number } {
  const { timeZone } = stay.unit;
  return {
    notBefore: stay.from < -500_000 ? -Infinity : dayStart(timeZone, stay.from),
    notAfter: stay.to > 500_000 ? Infinity : dayStart(timeZone, stay.to),
  };
}

function workdayOf(organisation: Organisation, person: Person, stay: Membership, day: EpochDay): Workday {
  const { unit } = stay;
  const { habits } = person;
  const random = seededRandom(organisation.seed, person.id, unit.id, day);
  const kind = drawDayKind(habits, (((day + 4) % 7) + 7) % 7, random);
  const bounds = stayBounds(stay);
  if (kind === 'free') return { unit, day, scheduled: [], actual: [], ...bounds };
  const start = wallClock(unit.timeZone, day, habits.startMinute + random.pick([0, 0, 0, 15]));
  const scheduled = planShift(kind, start, habits.shiftMinutes, unit, random);
  return { unit, day, scheduled, actual: actualOf(), ...bounds };

  function actualOf(): Actual[] {
    if (kind === 'unplanned') return workUnplanned(start, unit, random);
    if (kind === 'timeOff' || kind === 'noShow') return [];
    return workShift(scheduled, habits, unit, random);
  }
}
