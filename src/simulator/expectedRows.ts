import { type AdherenceDay, adherenceBetween } from './data/adherence.js';
import { type Organisation, organisationOf } from './data/organisation.js';
import { type Person, presentUnit } from './data/people.js';
import { statusesBetween } from './data/routingStatus.js';
import { bucketsOf } from './data/statusBuckets.js';
import type { Unit } from './data/unit.js';
import { type EpochDay, dayStart, epochDayAt, epochDayOf, localDateOf } from './data/zoneDays.js';
import { isPaid, plannedShifts } from './schedules/plannedShifts.js';
import { publishedSchedule, weekAt, weeksOf } from './schedules/scheduleWeeks.js';
import { type SimulatorOptions, simulatorSettings } from './simulatorOptions.js';

type Row = Readonly<Record<string, string | number | boolean | null>>;

/** True rows by warehouse table, columns as in the tables; instants are ISO 8601 UTC with milliseconds. */
export interface ExpectedRows {
  readonly adherence_day: Row[];
  readonly adherence_exception: Row[];
  readonly adherence_actual: Row[];
  readonly occupancy_interval: Row[];
  readonly schedule_shift: Row[];
  readonly schedule_activity: Row[];
}

export interface ExpectedRange {
  /** Local dates of each unit: `from` inclusive, `to` exclusive. */
  readonly from: string;
  readonly to: string;
  /** Unit ids; all when left out. */
  readonly managementUnits?: readonly string[];
  /** The present, in milliseconds since the epoch: nothing later has happened, and it decides who is where today. */
  readonly asOfMs: number;
  /** The rows once nothing is late or restated any more, instead of what a job made at `asOfMs` says. */
  readonly settled?: boolean;
}

/**
 * What a warehouse must hold after an export of everything in a range: the truth, straight from the generator.
 *
 * It never passes through the API's shapes, so it checks offsets, days, splits between files, moves and buckets. Leaves out
 * `window_id`, `landing_sha256` and `loaded_at`. Schedules are as they were published, without any edit. Intervals are of 30 minutes, 15 where 30 does not divide the zone's offset.
 */
export function expectedRows(options: SimulatorOptions, range: ExpectedRange): ExpectedRows {
  return rowsOf(organisationOf(simulatorSettings(options)), range);
}

/** The same of an organisation that is already built. */
export function rowsOf(organisation: Organisation, range: ExpectedRange): ExpectedRows {
  const rows: ExpectedRows = {
    adherence_day: [],
    adherence_exception: [],
    adherence_actual: [],
    occupancy_interval: [],
    schedule_shift: [],
    schedule_activity: [],
  };
  for (const unit of organisation.units) {
    if (range.managementUnits && !range.managementUnits.includes(unit.id)) continue;
    const widthMs = intervalMs(unit, range);
    for (const person of organisation.people) {
      for (const day of daysOf(organisation, person, unit, range)) addAdherence(rows, organisation, person, unit, day);
      addOccupancy(rows, organisation, person, unit, range, widthMs);
      addSchedule(rows, organisation, person, unit, range);
    }
  }
  return rows;
}

function daysOf(
  organisation: Organisation,
  person: Person,
  unit: Unit,
  range: Pick<ExpectedRange, 'from' | 'to' | 'asOfMs' | 'settled'>,
): AdherenceDay[] {
  const { timeZone } = unit;
  const start = dayStart(timeZone, epochDayOf(range.from));
  const end = dayStart(timeZone, epochDayOf(range.to));
  const { settled = false } = range;
  const asOf = Math.floor(range.asOfMs / 1000);
  return adherenceBetween(organisation, person, unit, { start, end, timeZone, asOf, settled }) ?? [];
}

function addAdherence(rows: ExpectedRows, organisation: Organisation, person: Person, unit: Unit, day: AdherenceDay) {
  const { timeZone } = unit;
  const key = { management_unit_id: unit.id, user_id: person.id, local_date: localDateOf(day.day) };
  const presenceId = (systemPresence: string, presence: number | null): string | null =>
    presence === null ? null : (organisation.presences[systemPresence]?.[presence] ?? null);
  rows.adherence_day.push({
    ...key,
    business_unit_id: unit.businessUnitId,
    time_zone: timeZone,
    day_start: iso(day.start * 1000),
    day_length_seconds: dayStart(timeZone, day.day + 1) - dayStart(timeZone, day.day),
    adherence_percentage: day.adherencePercentage,
    conformance_percentage: day.conformancePercentage,
    adherence_schedule_seconds: day.adherenceScheduleSeconds,
    conformance_schedule_seconds: day.conformanceScheduleSeconds,
    conformance_actual_seconds: day.conformanceActualSeconds,
    exception_count: day.exceptions.length,
    exception_duration_seconds: day.exceptionDurationSeconds,
    impact_seconds: day.impactSeconds,
    schedule_length_seconds: day.scheduleLengthSeconds,
    actual_length_seconds: day.actualLengthSeconds,
  });
  for (const exception of day.exceptions)
    rows.adherence_exception.push({
      ...key,
      start_at: iso(exception.start * 1000),
      end_at: iso(exception.end * 1000),
      scheduled_activity_code_id: exception.scheduledCodeId,
      scheduled_activity_category: exception.scheduledCategory,
      actual_activity_code_id: exception.actualCodeId,
      actual_activity_category: exception.actualCategory,
      system_presence: exception.systemPresence,
      routing_status: exception.routingStatus,
      secondary_presence_id: presenceId(exception.systemPresence, exception.presence),
      impact: exception.impact,
    });
  for (const actual of day.actuals)
    rows.adherence_actual.push({
      ...key,
      start_at: iso(actual.start * 1000),
      end_at: iso(actual.end * 1000),
      actual_activity_category: actual.category,
      secondary_presence_id: presenceId(actual.systemPresence, actual.presence),
    });
}

function addOccupancy(
  rows: ExpectedRows,
  organisation: Organisation,
  person: Person,
  unit: Unit,
  range: ExpectedRange,
  widthMs: number,
): void {
  const stayed = person.memberships.some((stay) => stay.unit.id === unit.id);
  if (!person.knownToAnalytics || !stayed) return;
  const ownerAt = ownersOf(organisation, person, range);
  const start = dayStart(unit.timeZone, epochDayOf(range.from)) * 1000;
  const end = Math.min(dayStart(unit.timeZone, epochDayOf(range.to)) * 1000, range.asOfMs);
  if (start >= end) return;
  const interval = { start, end };
  const pieces = statusesBetween(organisation, person, interval);
  for (const bucket of bucketsOf(pieces, interval, widthMs, (piece) => piece.status)) {
    if (ownerAt(bucket.start / 1000) !== unit.id) continue;
    const ms = (status: string): number => bucket.msByKey.get(status) ?? 0;
    const onQueue = ms('INTERACTING') + ms('COMMUNICATING') + ms('IDLE');
    rows.occupancy_interval.push({
      user_id: person.id,
      interval_start: iso(bucket.start),
      interval_end: iso(bucket.start + widthMs),
      management_unit_id: unit.id,
      local_date: localDateOf(epochDayAt(unit.timeZone, bucket.start / 1000)),
      interacting_ms: ms('INTERACTING'),
      communicating_ms: ms('COMMUNICATING'),
      idle_ms: ms('IDLE'),
      not_responding_ms: ms('NOT_RESPONDING'),
      off_queue_ms: ms('OFF_QUEUE'),
      occupancy: onQueue > 0 ? ms('INTERACTING') / onQueue : null,
    });
  }
}

function addSchedule(
  rows: ExpectedRows,
  organisation: Organisation,
  person: Person,
  unit: Unit,
  range: Pick<ExpectedRange, 'from' | 'to'>,
): void {
  const weeks = weeksOf(organisation, unit.businessUnitId);
  if (!weeks || !person.memberships.some((stay) => stay.unit.id === unit.id)) return;
  const start = dayStart(unit.timeZone, epochDayOf(range.from));
  const end = dayStart(unit.timeZone, epochDayOf(range.to));
  for (const shift of plannedShifts(organisation, person, unit, start, end).shifts) {
    const schedule = publishedSchedule(organisation, unit.businessUnitId, weekAt(weeks, shift.start));
    const key = {
      schedule_id: schedule.id,
      schedule_version: schedule.version,
      shift_id: shift.id,
      management_unit_id: unit.id,
      local_date: localDateOf(epochDayAt(unit.timeZone, shift.start)),
    };
    rows.schedule_shift.push({
      ...key,
      business_unit_id: unit.businessUnitId,
      user_id: person.id,
      start_at: iso(shift.start * 1000),
      end_at: iso(shift.end * 1000),
    });
    for (const activity of shift.activities)
      rows.schedule_activity.push({
        ...key,
        start_at: iso(activity.start * 1000),
        end_at: iso(activity.end * 1000),
        activity_code_id: activity.code.id,
        paid: isPaid(activity),
      });
  }
}

/**
 * Who owns a person's intervals: the lowest unit whose adherence in the range has them on that local date, else the present unit.
 * What lies outside the range, a warehouse that was brought this range alone cannot know.
 */
function ownersOf(
  organisation: Organisation,
  person: Person,
  range: ExpectedRange,
): (atSeconds: number) => string | undefined {
  const present = presentUnit(person, range.asOfMs / 1000);
  const units = [...new Map(person.memberships.map((stay) => [stay.unit.id, stay.unit])).values()].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  const datesByUnit = units.map((unit) => ({
    unit,
    dates: new Set<EpochDay>(daysOf(organisation, person, unit, range).map((day) => day.day)),
  }));
  return (atSeconds: number): string | undefined =>
    datesByUnit.find(({ unit, dates }) => dates.has(epochDayAt(unit.timeZone, atSeconds)))?.unit.id ?? present?.id;
}

function intervalMs(unit: Unit, range: ExpectedRange): number {
  const last = epochDayOf(range.to);
  for (let day = epochDayOf(range.from); day <= last; day++)
    if (dayStart(unit.timeZone, day) % 1800 !== 0) return 900_000;
  return 1_800_000;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
