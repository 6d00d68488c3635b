import type { Organisation } from '../data/organisation.js';
import { presentUnit } from '../data/people.js';
import { seededUuid } from '../data/seededRandom.js';
import type { Unit } from '../data/unit.js';
import { epochDayAt } from '../data/zoneDays.js';
import type { Shift } from './plannedShifts.js';
import type { ScheduleEdit } from './scheduleEdit.js';

/** What planners did to a week of a business unit since it was planned. */
export interface WeekEdits {
  /** Which of the week's two schedules is published. */
  published: 'plan' | 'draft' | 'none';
  planEdits: number;
  draftEdits: number;
  /** Milliseconds since the epoch; null before the first edit. */
  modifiedAtMs: number | null;
  cleared: boolean;
  removed: Set<string>;
  added: Shift[];
}

/** A week that nobody touched. */
export function noEdits(): WeekEdits {
  return {
    published: 'plan',
    planEdits: 0,
    draftEdits: 0,
    modifiedAtMs: null,
    cleared: false,
    removed: new Set(),
    added: [],
  };
}

/** Takes agents out of a week: those that are named, or so many of those that have a shift at an instant. */
export function removeAgents(
  edits: WeekEdits,
  who: NonNullable<ScheduleEdit['removeAgents']>,
  shifts: readonly Shift[],
  atMs: number,
): void {
  const ids = typeof who === 'number' ? [...working(shifts, atMs)].sort().slice(0, who) : who;
  for (const id of ids) edits.removed.add(id);
  edits.added = edits.added.filter(({ userId }) => !ids.includes(userId));
}

/**
 * Puts shifts into a week: those that are given, or eight hours on queue for so many who have no shift at an instant.
 *
 * @throws RangeError where a user, unit or activity code does not exist.
 */
export function addAgents(
  organisation: Organisation,
  edits: WeekEdits,
  { businessUnitId, addAgents: who = [] }: ScheduleEdit,
  shifts: readonly Shift[],
  atMs: number,
): void {
  const hour = Math.floor(atMs / 3_600_000) * 3600;
  const busy = working(shifts, atMs);
  const asked =
    typeof who === 'number'
      ? organisation.people
          .filter(({ id }) => !busy.has(id))
          .filter((person) => presentUnit(person, atMs / 1000)?.businessUnitId === businessUnitId)
          .slice(0, who)
          .map(({ id }) => ({ userId: id, start: hour, minutes: 480 }))
      : who.map((one) => ({ ...one, start: Math.floor(Date.parse(one.startDate) / 1000), minutes: one.lengthMinutes }));
  for (const one of asked) edits.added.push(addedShift(organisation, one, businessUnitId, edits.added.length));
}

function addedShift(
  organisation: Organisation,
  one: {
    userId: string;
    start: number;
    minutes: number;
    managementUnitId?: string | undefined;
    activityCodeId?: string | undefined;
  },
  businessUnitId: string,
  number: number,
): Shift {
  const unit = unitFor(organisation, one.userId, one.managementUnitId, one.start, businessUnitId);
  const code = unit.activityCodes.find(({ id, category, isDefault }) =>
    one.activityCodeId === undefined ? category === 'OnQueueWork' && isDefault : id === one.activityCodeId,
  );
  if (!code) throw new RangeError(`no activity code has the id ${one.activityCodeId ?? ''}`);
  const end = one.start + one.minutes * 60;
  return {
    id: seededUuid(organisation.seed, 'added shift', one.userId, unit.id, one.start, number),
    userId: one.userId,
    unit,
    day: epochDayAt(unit.timeZone, one.start),
    start: one.start,
    end,
    activities: [{ start: one.start, end, code }],
    manuallyEdited: true,
  };
}

function unitFor(
  organisation: Organisation,
  userId: string,
  unitId: string | undefined,
  at: number,
  businessUnitId: string,
): Unit {
  const person = organisation.people.find(({ id }) => id === userId);
  if (!person) throw new RangeError(`no user has the id ${userId}`);
  const named = organisation.units.find(({ id }) => id === unitId);
  const unit = unitId === undefined ? presentUnit(person, at) : named;
  if (unit?.businessUnitId !== businessUnitId)
    throw new RangeError(`user ${userId} is in no unit of that business unit: name one as managementUnitId`);
  return unit;
}

/** Who has a shift at an instant. */
function working(shifts: readonly Shift[], atMs: number): Set<string> {
  const at = atMs / 1000;
  return new Set(shifts.filter((shift) => shift.start <= at && at < shift.end).map(({ userId }) => userId));
}
