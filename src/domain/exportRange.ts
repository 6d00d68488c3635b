import { Temporal as T } from 'temporal-polyfill';
import { addDays, localDateOf } from './calendar.js';
import type { LocalDate } from './exportWindow.js';
import { Failure } from './failure.js';
import { type ExportRange, type HistoryExportInput, parseSince } from './historyExportInput.js';
import { refuseFutureDays, type UnitClock } from './provisional.js';

/**
 * The dates that a request is for, once the units and their zones are known.
 *
 * `since` ends with the last local day that was over in every unit's zone at `askedAt`, so that one range serves all units: where it is
 * Tuesday in Auckland and still Monday in Honolulu, Sunday is the last day of both. From there it goes back the days, weeks, months or
 * years that it names; a month back from the 31st is the last day of a shorter month.
 *
 * @param askedAt when the export was asked for: `since` counts from it, whenever it is worked out.
 * @param nowIso the time now: a day that is over by now may be asked for by date.
 * @throws Failure `InvalidInput` where `to` asks for a day that is not over in a unit's zone.
 */
export function rangeOf(
  request: Pick<HistoryExportInput, 'from' | 'to' | 'since'>,
  units: readonly UnitClock[],
  { askedAt, nowIso }: { askedAt: string; nowIso: string },
): ExportRange {
  const { from, to, since } = request;
  if (since !== undefined) {
    const end = firstDayNotOver(units, askedAt);
    return { from: startOf(since, end), to: end };
  }
  if (from === undefined || to === undefined) throw new Failure('InvalidInput', 'from: is missing');
  const future = refuseFutureDays(to, units, nowIso);
  if (future) throw new Failure('InvalidInput', future);
  return { from, to };
}

/** Whether a date has begun anywhere on earth: an export up to a later one (exclusive) is refused wherever its units are. */
export function hasBegunSomewhere(date: LocalDate, nowIso: string): boolean {
  // The zone whose days begin first, at UTC+14.
  return date <= localDateOf('Pacific/Kiritimati', nowIso);
}

function firstDayNotOver(units: readonly UnitClock[], instant: string): LocalDate {
  const todays = units.map(({ timeZone }) => localDateOf(timeZone, instant)).sort();
  if (todays[0] === undefined) throw new Failure('InvalidInput', 'managementUnits: there is none');
  return todays[0];
}

function startOf(since: string, end: LocalDate): LocalDate {
  const { amount, unit } = parseSince(since);
  switch (unit) {
    case 'd':
      return addDays(end, -amount);
    case 'w':
      return addDays(end, -7 * amount);
    case 'mo':
      return T.PlainDate.from(end).subtract({ months: amount }).toString();
    case 'y':
      return T.PlainDate.from(end).subtract({ years: amount }).toString();
  }
}
