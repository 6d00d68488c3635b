import { Temporal as T } from 'temporal-polyfill';
import { isTimeZone } from '../calendar.js';
import { Failure } from '../failure.js';
import { type CalendarTimes, times } from './nightlyTimes.js';

/**
 * Times to be added for nights whose time of day the clocks jump over, each as a time of its own in one year.
 *
 * A Temporal server (measured on 1.29.1) starts nothing at a time that does not exist: 02:30 in Berlin on 2027-03-28 is left out. The
 * time that a clock shows that had not been put forward is taken instead, 03:30, as calendars do (RFC 5545).
 *
 * Years in whole decades, so that the outcome stays the same from one year to the next: in 2026 until the end of 2039.
 *
 * @param nowIso decides the decades alone.
 */
export function timesAfterGaps(calendars: readonly CalendarTimes[], timeZone: string, nowIso: string): CalendarTimes[] {
  const decade = Math.floor(Number(nowIso.slice(0, 4)) / 10) * 10;
  const found = new Map<string, CalendarTimes>();
  for (const gap of gapsBetween(timeZone, decade, decade + 20))
    for (const calendar of calendars) for (const skipped of skippedBy(calendar, gap)) add(skipped);
  return [...found.values()];

  function add(skipped: T.PlainDateTime): void {
    const { year, month, day, hour, minute, second } = skipped.toZonedDateTime(timeZone, {
      disambiguation: 'compatible',
    });
    const moved = {
      years: [year],
      months: [month],
      daysOfMonth: [day],
      hours: [hour],
      minutes: [minute],
      seconds: [second],
    };
    found.set(JSON.stringify(moved), times(moved));
  }
}

/**
 * The instant that counts as a load's nominal time: where the clocks go back and its time of day comes twice, the first of both.
 *
 * A Temporal server starts both in some zones (New York), in others the second alone (Berlin): measured on 1.29.1. With one instant
 * for both, the second reads nothing that the first has read.
 *
 * @param nominalTime ISO 8601.
 * @throws Failure `InvalidInput` when the zone does not exist.
 */
export function firstOfDoubled(nominalTime: string, timeZone: string): string {
  if (!isTimeZone(timeZone)) throw new Failure('InvalidInput', `timeZone: ${timeZone} is not an IANA time zone`);
  const shown = T.Instant.from(nominalTime).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return shown
    .toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    .toInstant()
    .toString({ fractionalSecondDigits: 3 });
}

/** Times of day that a clock on the wall jumps over: `from` inclusive, `to` exclusive. */
interface ClockGap {
  readonly from: T.PlainDateTime;
  readonly to: T.PlainDateTime;
}

function* gapsBetween(timeZone: string, fromYear: number, toYear: number): Generator<ClockGap> {
  const end = T.PlainDate.from({ year: toYear, month: 1, day: 1 }).toZonedDateTime(timeZone);
  let at: T.ZonedDateTime | null = T.PlainDate.from({ year: fromYear, month: 1, day: 1 }).toZonedDateTime(timeZone);
  for (;;) {
    at = at.getTimeZoneTransition('next');
    if (at === null || T.ZonedDateTime.compare(at, end) >= 0) return;
    const before = at.subtract({ nanoseconds: 1 });
    const jumpNs = at.offsetNanoseconds - before.offsetNanoseconds;
    if (jumpNs > 0) {
      const to = at.toPlainDateTime();
      yield { from: to.subtract({ nanoseconds: jumpNs }), to };
    }
  }
}

function* skippedBy(calendar: CalendarTimes, { from, to }: ClockGap): Generator<T.PlainDateTime> {
  for (let day = from.toPlainDate(); T.PlainDate.compare(day, to.toPlainDate()) <= 0; day = day.add({ days: 1 })) {
    if (!isOn(calendar, day)) continue;
    for (const hour of calendar.hours)
      for (const minute of calendar.minutes)
        for (const second of calendar.seconds) {
          const time = day.toPlainDateTime({ hour, minute, second });
          const isSkipped = T.PlainDateTime.compare(from, time) <= 0 && T.PlainDateTime.compare(time, to) < 0;
          if (isSkipped) yield time;
        }
  }
}

function isOn({ years, months, daysOfMonth, daysOfWeek }: CalendarTimes, day: T.PlainDate): boolean {
  return (
    (years.length === 0 || years.includes(day.year)) &&
    months.includes(day.month) &&
    daysOfMonth.includes(day.day) &&
    daysOfWeek.includes(day.dayOfWeek % 7)
  );
}
