import type { ActivityCategory } from './activityCodes.js';
import type { Actual } from './actualWork.js';
import type { Organisation } from './organisation.js';
import type { Person } from './people.js';
import { hasArrived, restated } from './recentDays.js';
import type { Scheduled } from './shiftPlan.js';
import type { Unit } from './unit.js';
import { stayBounds, workdaysBetween } from './workday.js';
import { cutAtMidnights, type DayPiece, dayStart } from './zoneDays.js';

export type Impact = 'Positive' | 'Negative' | 'Neutral' | 'Unknown';

/** A stretch in which somebody did not do what was scheduled; never crosses midnight of the zone that days were cut by. */
export interface AdherenceException {
  readonly start: number;
  readonly end: number;
  readonly scheduledCodeId: string;
  readonly scheduledCategory: ActivityCategory;
  /** Whether Genesys made the scheduled code; the customer's are tied to secondary presences. */
  readonly scheduledByDefault: boolean;
  readonly actualCodeId: string | null;
  readonly actualCategory: ActivityCategory;
  readonly systemPresence: string;
  readonly routingStatus: string;
  readonly presence: number | null;
  readonly impact: Impact;
}

/**
 * One day's metrics, from the exceptions and pieces beside them.
 *
 * Adherence = 1 − exceptions / scheduled; conformance = on queue / scheduled on queue, above 100 where somebody worked
 * more; null where nothing was scheduled. Source: Genesys's help pages on historical adherence.
 */
export interface AdherenceDay extends DayPiece {
  readonly adherenceScheduleSeconds: number;
  readonly conformanceScheduleSeconds: number;
  readonly conformanceActualSeconds: number;
  readonly scheduleLengthSeconds: number;
  readonly actualLengthSeconds: number;
  readonly exceptionDurationSeconds: number;
  readonly impactSeconds: number;
  readonly adherencePercentage: number | null;
  readonly conformancePercentage: number | null;
  readonly exceptions: readonly AdherenceException[];
  readonly actuals: readonly Actual[];
}

/**
 * What results say of a person and unit in an interval (seconds since the epoch), by the days of a zone.
 *
 * Computed from the days' own data and then cut, so that the windows asked for make no difference to any whole day. Nothing
 * after `asOf` has happened yet, and the days before it may be late or restated, unless `settled`. Undefined where the results do not name the person.
 */
export function adherenceBetween(
  organisation: Organisation,
  person: Person,
  unit: Unit,
  interval: { start: number; end: number; timeZone: string; asOf: number; settled?: boolean },
): AdherenceDay[] | undefined {
  const { timeZone, asOf } = interval;
  const recent = interval.settled === true ? null : organisation.recentDays;
  const personDay = { seed: organisation.seed, personId: person.id, unitId: unit.id, timeZone };
  const start = Math.max(interval.start, dayStart(unit.timeZone, organisation.historyStarts));
  const end = Math.min(interval.end, interval.asOf);
  const stays = person.memberships.filter((stay) => stay.unit.id === unit.id).map(stayBounds);
  if (stays.length === 0 || start >= end) return undefined;
  const held = cutAtMidnights(timeZone, start, end)
    .filter((day) => stays.some((stay) => stay.notBefore < day.end && day.start < stay.notAfter))
    .filter(({ day }) => recent === null || hasArrived(recent, { ...personDay, day }, asOf));
  if (held.length === 0 || person.adherence === 'silent') return undefined;
  if (person.adherence === 'bare') return [];

  const scheduled: Scheduled[] = [];
  const actual: Actual[] = [];
  for (const workday of workdaysBetween(organisation, person, unit, start, end)) {
    const from = Math.max(start, workday.notBefore);
    const until = Math.min(end, workday.notAfter);
    scheduled.push(...clip(workday.scheduled, from, until));
    const { day } = workday;
    const work = recent === null ? workday.actual : restated(recent, { ...personDay, day }, workday.actual, asOf);
    actual.push(...clip(work, from, until));
  }
  const scheduledByDay = cutByDays(scheduled, held);
  const actualByDay = cutByDays(actual, held);
  return held
    .map((day, index) => dayOf(day, scheduledByDay[index] ?? [], actualByDay[index] ?? []))
    .filter((day) => person.quietDays === 'zeros' || day.scheduleLengthSeconds > 0 || day.actualLengthSeconds > 0);
}

/** The share of `part` in `whole` as Genesys writes it: percent with two decimals; null where it is undefined. */
export function percentage(part: number, whole: number): number | null {
  return whole > 0 ? Math.round((10_000 * part) / whole) / 100 : null;
}

function dayOf(day: DayPiece, scheduled: readonly Scheduled[], actuals: readonly Actual[]): AdherenceDay {
  // Time off is no work to adhere to.
  const adhered = scheduled.filter((activity) => activity.code.category !== 'TimeOff');
  const exceptions = adhered.flatMap((activity) => exceptionsIn(activity, actuals));
  const adherenceScheduleSeconds = total(adhered);
  const exceptionDurationSeconds = total(exceptions);
  const conformanceScheduleSeconds = total(scheduled.filter((activity) => activity.code.category === 'OnQueueWork'));
  const conformanceActualSeconds = total(actuals.filter((piece) => piece.category === 'OnQueueWork'));
  return {
    ...day,
    adherenceScheduleSeconds,
    conformanceScheduleSeconds,
    conformanceActualSeconds,
    scheduleLengthSeconds: total(scheduled),
    actualLengthSeconds: total(actuals),
    exceptionDurationSeconds,
    impactSeconds:
      total(exceptions.filter((exception) => exception.impact === 'Positive')) -
      total(exceptions.filter((exception) => exception.impact === 'Negative')),
    adherencePercentage: percentage(adherenceScheduleSeconds - exceptionDurationSeconds, adherenceScheduleSeconds),
    conformancePercentage: percentage(conformanceActualSeconds, conformanceScheduleSeconds),
    exceptions,
    actuals,
  };
}

function exceptionsIn(scheduled: Scheduled, actuals: readonly Actual[]): AdherenceException[] {
  const exceptions: AdherenceException[] = [];
  let at = scheduled.start;
  for (const piece of actuals) {
    if (piece.end <= scheduled.start || piece.start >= scheduled.end) continue;
    if (piece.start > at) exceptions.push(offline(scheduled, at, piece.start));
    at = Math.min(piece.end, scheduled.end);
    if (piece.category !== scheduled.code.category)
      exceptions.push(exceptionOf(scheduled, piece, Math.max(piece.start, scheduled.start), at));
  }
  if (at < scheduled.end) exceptions.push(offline(scheduled, at, scheduled.end));
  return exceptions;
}

function exceptionOf(scheduled: Scheduled, actual: Actual, start: number, end: number): AdherenceException {
  const onQueue = actual.category === 'OnQueueWork';
  const wanted = scheduled.code.category === 'OnQueueWork';
  return {
    start,
    end,
    scheduledCodeId: scheduled.code.id,
    scheduledCategory: scheduled.code.category,
    scheduledByDefault: scheduled.code.isDefault,
    actualCodeId: actual.codeId,
    actualCategory: actual.category,
    systemPresence: actual.systemPresence,
    routingStatus: onQueue ? (start % 3 === 0 ? 'IDLE' : 'INTERACTING') : 'OFF_QUEUE',
    presence: actual.presence,
    impact: onQueue ? 'Positive' : wanted ? 'Negative' : start % 50 === 0 ? 'Unknown' : 'Neutral',
  };
}

function offline(scheduled: Scheduled, start: number, end: number): AdherenceException {
  return {
    start,
    end,
    scheduledCodeId: scheduled.code.id,
    scheduledCategory: scheduled.code.category,
    scheduledByDefault: scheduled.code.isDefault,
    actualCodeId: null,
    actualCategory: 'Unavailable',
    systemPresence: 'Offline',
    routingStatus: 'OFF_QUEUE',
    presence: null,
    impact: 'Negative',
  };
}

function clip<T extends { start: number; end: number }>(pieces: readonly T[], from: number, until: number): T[] {
  const kept: T[] = [];
  for (const piece of pieces) {
    if (piece.end <= from || piece.start >= until) continue;
    const inside = piece.start >= from && piece.end <= until;
    kept.push(inside ? piece : { ...piece, start: Math.max(piece.start, from), end: Math.min(piece.end, until) });
  }
  return kept;
}

/** Ordered pieces by ordered days, in one pass over both. */
function cutByDays<T extends { start: number; end: number }>(pieces: readonly T[], days: readonly DayPiece[]): T[][] {
  let first = 0;
  return days.map((day) => {
    while (first < pieces.length && (pieces[first]?.end ?? 0) <= day.start) first++;
    let last = first;
    while (last < pieces.length && (pieces[last]?.start ?? 0) < day.end) last++;
    return clip(pieces.slice(first, last), day.start, day.end);
  });
}

function total(pieces: readonly { start: number; end: number }[]): number {
  return pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0);
}
