import type { Organisation } from '../data/organisation.js';
import { seededRandom, seededUuid } from '../data/seededRandom.js';
import { dayStart, type EpochDay, epochDayAt, localDateOf } from '../data/zoneDays.js';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** How a business unit counts weeks: those of its first management unit. */
export interface BusinessUnitWeeks {
  readonly businessUnitId: string;
  readonly timeZone: string;
  readonly startDayOfWeek: string;
}

/** A schedule as it was first published, or drafted, without anybody's edits. */
export interface WeekSchedule {
  readonly id: string;
  readonly businessUnitId: string;
  /** First local day of the week, in the business unit's zone. */
  readonly week: EpochDay;
  readonly version: number;
  readonly isDraft: boolean;
}

/** The weeks of a business unit; undefined where there is no such unit. */
export function weeksOf(organisation: Organisation, businessUnitId: string): BusinessUnitWeeks | undefined {
  const unit = organisation.units.find((one) => one.businessUnitId === businessUnitId);
  return unit && { businessUnitId, timeZone: unit.timeZone, startDayOfWeek: unit.startDayOfWeek };
}

/** First day of the week that holds a local day. */
export function weekHolding({ startDayOfWeek }: BusinessUnitWeeks, day: EpochDay): EpochDay {
  const starts = Math.max(0, WEEKDAYS.indexOf(startDayOfWeek));
  // 1970-01-01 was a Thursday.
  return day - ((((day + 4 - starts) % 7) + 7) % 7);
}

/** First day of the week that an instant (seconds since the epoch) falls into, by the business unit's clock. */
export function weekAt(weeks: BusinessUnitWeeks, atSeconds: number): EpochDay {
  return weekHolding(weeks, epochDayAt(weeks.timeZone, atSeconds));
}

/** A week's instants in seconds since the epoch, half-open. */
export function weekBounds({ timeZone }: BusinessUnitWeeks, week: EpochDay): { start: number; end: number } {
  return { start: dayStart(timeZone, week), end: dayStart(timeZone, week + 7) };
}

/** The schedule that was published for a week, under the version that it got by then. Pure: the oracle of exports uses it too. */
export function publishedSchedule(organisation: Organisation, businessUnitId: string, week: EpochDay): WeekSchedule {
  return scheduleOf(organisation, businessUnitId, week, false);
}

/** Another schedule for the week, which nobody published: the planner's next idea. */
export function draftSchedule(organisation: Organisation, businessUnitId: string, week: EpochDay): WeekSchedule {
  return scheduleOf(organisation, businessUnitId, week, true);
}

function scheduleOf({ seed }: Organisation, businessUnitId: string, week: EpochDay, isDraft: boolean): WeekSchedule {
  const kind = isDraft ? 'draft' : 'published';
  const random = seededRandom(seed, 'schedule', businessUnitId, week, kind);
  return {
    id: seededUuid(seed, 'schedule', businessUnitId, localDateOf(week), kind),
    businessUnitId,
    week,
    // A draft is the newer one, to be mistaken for the schedule that counts.
    version: random.integer(1, 6) + (isDraft ? 10 : 0),
    isDraft,
  };
}
