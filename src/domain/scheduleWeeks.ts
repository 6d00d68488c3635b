import { addDays, daysBetween, localDateOf } from './calendar.js';
import type { LocalDate } from './exportWindow.js';
import { Failure } from './failure.js';

/** How a business unit counts the weeks of its schedules. */
export interface BusinessUnitWeeks {
  /** IANA zone. */
  readonly timeZone: string;
  /** English name of the day that weeks begin with, such as `Monday`, in any case. */
  readonly startDayOfWeek: string;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A Monday. */
const A_MONDAY = '2024-01-01';

/**
 * First day of the week that holds a local date of the business unit.
 *
 * @throws Failure `InvalidInput` when there is no such weekday.
 */
export function weekDateOf({ startDayOfWeek }: Pick<BusinessUnitWeeks, 'startDayOfWeek'>, date: LocalDate): LocalDate {
  const starts = WEEKDAYS.indexOf(startDayOfWeek.trim().toLowerCase());
  if (starts === -1) throw new Failure('InvalidInput', `no such day of the week: ${startDayOfWeek.slice(0, 40)}`);
  const into = (((daysBetween(A_MONDAY, date) - starts) % 7) + 7) % 7;
  return addDays(date, -into);
}

/** First day of the business unit's week that an instant (ISO 8601) falls into. */
export function weekDateAt(weeks: BusinessUnitWeeks, instant: string): LocalDate {
  return weekDateOf(weeks, localDateOf(weeks.timeZone, instant));
}

/** First days of the business unit's weeks that a half-open range of instants (ISO 8601) touches, in order. */
export function weekDatesBetween(weeks: BusinessUnitWeeks, startAt: string, endAt: string): LocalDate[] {
  const last = weekDateAt(weeks, new Date(Date.parse(endAt) - 1).toISOString());
  const dates: LocalDate[] = [];
  for (let date = weekDateAt(weeks, startAt); date <= last; date = addDays(date, 7)) dates.push(date);
  return dates;
}
