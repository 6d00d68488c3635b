import { addDays, localDays } from './calendar.js';
import type { DatasetName, ExportWindow, LocalDate } from './exportWindow.js';
import type { Reload } from './historyExportInput.js';
import type { LocalDay } from './localDay.js';
import { type BusinessUnitWeeks, weekDateAt, weekDatesBetween } from './scheduleWeeks.js';
import type { DayState } from './seal.js';

/** What to plan: one dataset of one management unit. `from` inclusive and `to` exclusive are local dates of the unit. */
export interface WindowPlanRequest {
  readonly unit: { readonly managementUnitId: string; readonly businessUnitId: string; readonly timeZone: string };
  readonly dataset: DatasetName;
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Local days a window, at least 1. */
  readonly windowDays: number;
  readonly reload: Reload;
  /** State of the days that the warehouse knows; a day that is absent was never asked for. */
  readonly coverage: ReadonlyMap<LocalDate, DayState>;
  /** Where a server turns out to count hours: no window longer than this, one day apart. Unlimited unless given. */
  readonly maxHours?: number;
  /** For schedules: no window goes over the start of one of these weeks, so that most touch one, and each says which. */
  readonly weeks?: BusinessUnitWeeks;
}

/** States that each `reload` leaves as they are. */
const CUT_BY_RELOAD: Readonly<Record<Reload, readonly DayState[]>> = {
  missing: ['loaded', 'empty', 'provisional'],
  provisional: ['loaded', 'empty'],
  all: [],
  force: [],
};

/**
 * Windows that bring one dataset of one unit from what coverage has to what was asked for, in order of time.
 *
 * Days that `reload` leaves alone are cut out; on each run of days that remain, windows start at its first day and run `windowDays`
 * local days, the last shorter. So every local day that was asked for and not cut is in exactly one window. Days that do not
 * exist in the zone are in none, do not break a run and do not count.
 *
 * Genesys documents its caps in days (31, or 7 with exceptions: SDK documentation of the historical adherence query). Seven local
 * days are 169 h where clocks go back, and whether the server counts hours is not known. If it does, one window a year and unit is
 * refused as `TooLarge`, which costs one call: the window is then bisected (`bisectWindow`), so no day is lost. `maxHours` avoids
 * the refusal where an organisation is known to count hours.
 *
 * @throws Failure `InvalidInput` when the zone or a date does not exist.
 */
export function planWindows(request: WindowPlanRequest): ExportWindow[] {
  const cut = new Set(CUT_BY_RELOAD[request.reload]);
  const windows: ExportWindow[] = [];
  let open: LocalDay[] = [];
  const close = (): void => {
    const first = open[0];
    const last = open.at(-1);
    if (first && last) windows.push(windowOf(request, first, last));
    open = [];
  };
  for (const day of localDays(request.unit.timeZone, request.from, request.to)) {
    const state = request.coverage.get(day.localDate);
    if (state !== undefined && cut.has(state)) {
      close();
      continue;
    }
    if (isFull(open, day, request)) close();
    open.push(day);
  }
  close();
  return windows;
}

/**
 * The two halves of a window, the first longer by the odd day; null for a window of one day, which cannot be made smaller. Both keep
 * its `weekDates`: one week too many costs a call, and halves are rare.
 *
 * @throws Failure `InvalidInput` when the zone or a date does not exist.
 */
export function bisectWindow(window: ExportWindow): [ExportWindow, ExportWindow] | null {
  const days = localDays(window.timeZone, window.from, window.to);
  const half = Math.ceil(days.length / 2);
  const lastOfFirst = days[half - 1];
  const firstOfSecond = days[half];
  if (!lastOfFirst || !firstOfSecond) return null;
  return [
    { ...window, to: addDays(lastOfFirst.localDate, 1), endAt: lastOfFirst.endAt },
    { ...window, from: firstOfSecond.localDate, startAt: firstOfSecond.startAt },
  ];
}

function isFull(open: readonly LocalDay[], next: LocalDay, request: WindowPlanRequest): boolean {
  const first = open[0];
  if (!first) return false;
  if (open.length >= request.windowDays) return true;
  const { weeks } = request;
  if (weeks && weekDateAt(weeks, next.startAt) !== weekDateAt(weeks, first.startAt)) return true;
  const hours = (Date.parse(next.endAt) - Date.parse(first.startAt)) / 3_600_000;
  return hours > (request.maxHours ?? Number.POSITIVE_INFINITY);
}

function windowOf(request: WindowPlanRequest, first: LocalDay, last: LocalDay): ExportWindow {
  return {
    dataset: request.dataset,
    managementUnitId: request.unit.managementUnitId,
    businessUnitId: request.unit.businessUnitId,
    timeZone: request.unit.timeZone,
    from: first.localDate,
    to: addDays(last.localDate, 1),
    startAt: first.startAt,
    endAt: last.endAt,
    ...(request.weeks ? { weekDates: weekDatesBetween(request.weeks, first.startAt, last.endAt) } : {}),
  };
}
