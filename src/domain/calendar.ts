import { Temporal as T } from 'temporal-polyfill';
import type { LocalDate } from './exportWindow.js';
import { Failure } from './failure.js';
import type { LocalDay } from './localDay.js';

const DAY_MS = 86_400_000;

/**
 * Local days of a zone from `from` (inclusive) to `to` (exclusive), in order, half-open in UTC: each ends where the next starts.
 *
 * A day whose midnight does not exist starts at its first moment (Africa/Cairo 2024-04-26 at 01:00). A day whose midnight comes
 * twice starts at the first. A day that does not exist at all (Pacific/Apia 2011-12-30) is absent. An empty range gives no days.
 * Lengths of 23, 23.5, 24, 24.5 and 25 hours are normal, and 21, 22, 26 and 27 have happened (Antarctica).
 *
 * About 3 µs a day (20 years of 100 zones: 2.3 s): time-zone data is asked only where clocks change.
 *
 * @throws Failure `InvalidInput` when the zone or a date does not exist.
 */
export function localDays(timeZone: string, from: LocalDate, to: LocalDate): LocalDay[] {
  const days: LocalDay[] = [];
  const toMs = midnightUtcMs(to);
  let dateMs = midnightUtcMs(from);
  if (dateMs >= toMs) return days;

  let start = startOf(timeZone, from);
  let startAt = isoOf(start.ms);
  for (; dateMs < toMs; dateMs += DAY_MS) {
    const end = startOfNext(timeZone, start, dateMs + DAY_MS);
    if (end.ms === start.ms) continue;
    const endAt = isoOf(end.ms);
    days.push({ localDate: dateOfMs(dateMs), startAt, endAt, lengthSeconds: (end.ms - start.ms) / 1000 });
    start = end;
    startAt = endAt;
  }
  return days;
}

/**
 * UTC instant (ISO 8601, milliseconds) of the first moment of a local date, whether or not that is 00:00.
 *
 * For a date that does not exist in the zone: the first moment of the next that does.
 *
 * @throws Failure `InvalidInput` when the zone or the date does not exist.
 */
export function startOfLocalDay(timeZone: string, date: LocalDate): string {
  return isoOf(startOf(timeZone, date).ms);
}

/**
 * The local date whose day, as `localDays` has it, contains an instant.
 *
 * Differs from what a clock on the wall showed only where clocks went back over midnight after it had struck
 * (America/St_Johns until 2011): the minutes that showed yesterday's date again belong to the day that had begun.
 *
 * @throws Failure `InvalidInput` when the zone does not exist or the instant is none.
 */
export function localDateOf(timeZone: string, instant: string): LocalDate {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new Failure('InvalidInput', `not an instant: ${instant}`);
  const shown = inZone(timeZone, () =>
    T.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate().toString(),
  );
  const next = addDays(shown, 1);
  return startOf(timeZone, next).ms <= ms ? next : shown;
}

/**
 * The date `days` calendar days later (earlier when negative), whatever a zone made of them.
 *
 * @throws Failure `InvalidInput` when the date does not exist.
 */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfMs(midnightUtcMs(date) + days * DAY_MS);
}

/**
 * Calendar days from one date to another; negative when `to` is earlier.
 *
 * @throws Failure `InvalidInput` when a date does not exist.
 */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return (midnightUtcMs(to) - midnightUtcMs(from)) / DAY_MS;
}

/** Whether a text names an IANA zone that this process's time-zone data knows. Bare offsets such as `+05:30` are not zones. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(zone)) return false;
  try {
    T.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** Start of a local day, and until when the offset found there is known to hold. */
interface DayStart {
  readonly ms: number;
  readonly offsetMs: number;
  readonly offsetChangesMs: number;
}

function startOf(timeZone: string, date: LocalDate): DayStart {
  midnightUtcMs(date);
  return inZone(timeZone, () => {
    const start = T.PlainDate.from(date).toZonedDateTime(timeZone);
    return {
      ms: start.epochMilliseconds,
      offsetMs: start.offsetNanoseconds / 1_000_000,
      offsetChangesMs: start.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** Start of the date `dateMs`, from the start of the date before: arithmetic, unless the clocks change on the way there. */
function startOfNext(timeZone: string, previous: DayStart, dateMs: number): DayStart {
  const ms = dateMs - previous.offsetMs;
  return ms < previous.offsetChangesMs ? { ...previous, ms } : startOf(timeZone, dateOfMs(dateMs));
}

function midnightUtcMs(date: LocalDate): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dateOfMs(ms) !== date) throw new Failure('InvalidInput', `no such day: ${date}`);
  return ms;
}

function dateOfMs(ms: number): LocalDate {
  return isoOf(ms).slice(0, 10);
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function inZone<Result>(timeZone: string, compute: () => Result): Result {
  if (!isTimeZone(timeZone)) throw new Failure('InvalidInput', `no such time zone: ${timeZone}`);
  return compute();
}
