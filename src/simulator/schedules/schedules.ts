import type { Organisation } from '../data/organisation.js';
import { type EpochDay, epochDayAt, epochDayOf, localDateOf } from '../data/zoneDays.js';
import { type DayOff, type PlannedShifts, plannedShifts, type Shift } from './plannedShifts.js';
import type { ScheduleEdit } from './scheduleEdit.js';
import { type ChangedAgent, changedAgents } from './changedAgents.js';
import { addAgents, noEdits, removeAgents, type WeekEdits } from './weekEdits.js';
import type { ScheduleSettings } from './scheduleSettings.js';
import {
  type BusinessUnitWeeks,
  draftSchedule,
  publishedSchedule,
  weekAt,
  weekBounds,
  weekHolding,
  type WeekSchedule,
  weeksOf,
} from './scheduleWeeks.js';

/** A schedule as the list shows it now. */
export interface ListedSchedule {
  readonly id: string;
  readonly businessUnitId: string;
  readonly week: EpochDay;
  readonly version: number;
  readonly published: boolean;
  readonly description: string;
  readonly modifiedAtMs: number;
}

/** What an agent is scheduled for. */
export interface AgentSchedule {
  readonly userId: string;
  readonly shifts: readonly Shift[];
  readonly daysOff: readonly DayOff[];
}

/** Seconds by which the shifts of a draft begin later than those that were published. */
const DRAFT_SHIFT_SECONDS = 3600;
const LONGEST_SHIFT_SECONDS = 2 * 86_400;
const WEEK_MS = 7 * 86_400_000;
/** Weeks whose plans are kept: a plan never changes, and edits ask for the same one again and again. */
const PLANS_KEPT = 8;

/** The weekly schedules of an organisation: its plan, and what planners did to it since. */
export class Schedules {
  readonly #edits = new Map<string, WeekEdits>();
  readonly #plans = new Map<string, PlannedShifts>();
  /** Told of each schedule whose version an edit moved, or which is published by now or no longer. */
  onChanged: (schedule: ListedSchedule) => void = () => undefined;
  /** Told of the agents whose published shifts of a week (milliseconds since the epoch) an edit changed. */
  onAgentsChanged: (agents: readonly ChangedAgent[], week: { startMs: number; endMs: number }) => void = () =>
    undefined;

  constructor(
    private readonly organisation: Organisation,
    private readonly settings: ScheduleSettings,
    private readonly now: () => number,
  ) {}

  /** The weeks of a business unit; undefined where there is no such unit. */
  weeks(businessUnitId: string): BusinessUnitWeeks | undefined {
    return weeksOf(this.organisation, businessUnitId);
  }

  /** Published schedule and draft of a week, those that there are. */
  ofWeek(businessUnitId: string, week: EpochDay): ListedSchedule[] {
    const weeks = this.weeks(businessUnitId);
    if (!weeks || week !== weekHolding(weeks, week)) return [];
    const running = weekAt(weeks, this.now() / 1000);
    const first = weekHolding(weeks, this.organisation.historyStarts);
    if (week < first || week > running + (this.settings.publishedWeeksAhead + 1) * 7) return [];
    const edits = this.#editsOf(businessUnitId, week);
    const isPlanned = week <= running + this.settings.publishedWeeksAhead * 7;
    const hasDraft = week >= running;
    return [
      ...(isPlanned ? [this.#listed(publishedSchedule(this.organisation, businessUnitId, week), edits)] : []),
      ...(hasDraft ? [this.#listed(draftSchedule(this.organisation, businessUnitId, week), edits)] : []),
    ];
  }

  /**
   * Shifts and days off of the published schedules in an interval (seconds since the epoch), by agent: shifts that overlap it, or that
   * start in it, as the settings say.
   */
  published(businessUnitId: string, start: number, end: number): AgentSchedule[] {
    const weeks = this.weeks(businessUnitId);
    if (!weeks || start >= end) return [];
    const parts: PlannedShifts[] = [];
    const last = weekAt(weeks, end - 1);
    for (let week = weekAt(weeks, start - LONGEST_SHIFT_SECONDS); week <= last; week += 7) {
      const schedule = this.ofWeek(businessUnitId, week).find((one) => one.published);
      if (schedule) parts.push(this.shiftsOf(schedule));
    }
    const startsInside = this.settings.found === 'starting';
    const isFound = (shift: Shift): boolean =>
      shift.start < end && (startsInside ? shift.start >= start : shift.end > start);
    const firstDay = epochDayAt(weeks.timeZone, start);
    const lastDay = epochDayAt(weeks.timeZone, end - 1);
    return ofOneSchedule({
      shifts: parts.flatMap((part) => part.shifts).filter(isFound),
      daysOff: parts.flatMap((part) => part.daysOff).filter(({ day }) => day >= firstDay && day <= lastDay),
    });
  }

  /** Everything that one schedule plans. */
  shiftsOf({ id, businessUnitId, week }: ListedSchedule): PlannedShifts {
    const weeks = this.weeks(businessUnitId);
    if (!weeks) return { shifts: [], daysOff: [] };
    const isDraft = id === draftSchedule(this.organisation, businessUnitId, week).id;
    return this.#shiftsWith(this.#editsOf(businessUnitId, week), weeks, week, isDraft);
  }

  /**
   * Carries out an edit, all of it or, where it fails, nothing.
   *
   * @returns the schedules of the week after it.
   * @throws RangeError where there is no such business unit, week or user.
   */
  edit(edit: ScheduleEdit, atMs = this.now()): ListedSchedule[] {
    const weeks = this.weeks(edit.businessUnitId);
    if (!weeks) throw new RangeError(`no business unit has the id ${edit.businessUnitId}`);
    const week = edit.weekDate === undefined ? weekAt(weeks, atMs / 1000) : epochDayOf(edit.weekDate);
    if (this.ofWeek(edit.businessUnitId, week).length === 0)
      throw new RangeError(`no schedule begins on ${localDateOf(week)}: weeks begin on ${weeks.startDayOfWeek}`);
    const before = this.#editsOf(edit.businessUnitId, week);
    const edits = { ...before, removed: new Set(before.removed), added: [...before.added], modifiedAtMs: atMs };
    if (edit.publish) edits.published = edit.publish;
    if (edit.restore || edit.publish) Object.assign(edits, { cleared: false, removed: new Set(), added: [] });
    if (edit.clear) Object.assign(edits, { cleared: true, added: [] });
    const ofDraft = edits.published === 'draft';
    const shiftsNow = (): readonly Shift[] => this.#shiftsWith(edits, weeks, week, ofDraft).shifts;
    if (edit.removeAgents !== undefined) removeAgents(edits, edit.removeAgents, shiftsNow(), atMs);
    if (edit.addAgents !== undefined) addAgents(this.organisation, edits, edit, shiftsNow(), atMs);
    if (ofDraft !== (edit.draft === true)) edits.draftEdits++;
    else edits.planEdits++;
    const known = this.ofWeek(edit.businessUnitId, week);
    const shiftsBefore = this.#publishedShifts(known);
    this.#edits.set(keyOf(edit.businessUnitId, week), edits);
    const schedules = this.ofWeek(edit.businessUnitId, week);
    for (const schedule of schedules) {
      const was = known.find(({ id }) => id === schedule.id);
      if (was?.version !== schedule.version || was.published !== schedule.published) this.onChanged(schedule);
    }
    const agents = changedAgents(shiftsBefore, this.#publishedShifts(schedules));
    const { start, end } = weekBounds(weeks, week);
    if (agents.length > 0) this.onAgentsChanged(agents, { startMs: start * 1000, endMs: end * 1000 });
    return schedules;
  }

  #publishedShifts(schedules: readonly ListedSchedule[]): readonly Shift[] {
    return schedules.filter(({ published }) => published).flatMap((schedule) => this.shiftsOf(schedule).shifts);
  }

  /** What a schedule plans, with the edits where it is the one that is published, or was last. */
  #shiftsWith(edits: WeekEdits, weeks: BusinessUnitWeeks, week: EpochDay, isDraft: boolean): PlannedShifts {
    const plan = this.#plan(weeks, week);
    const shifts = isDraft ? plan.shifts.map((shift) => later(shift, DRAFT_SHIFT_SECONDS)) : plan.shifts;
    if (isDraft !== (edits.published === 'draft')) return { ...plan, shifts };
    if (edits.cleared) return { shifts: [...edits.added], daysOff: [] };
    const stays = ({ userId }: { userId: string }): boolean => !edits.removed.has(userId);
    return { shifts: [...shifts.filter(stays), ...edits.added], daysOff: plan.daysOff.filter(stays) };
  }

  #plan(weeks: BusinessUnitWeeks, week: EpochDay): PlannedShifts {
    const key = keyOf(weeks.businessUnitId, week);
    const plan = this.#plans.get(key) ?? this.#planned(weeks, week);
    this.#plans.set(key, plan);
    const [oldest] = this.#plans.keys();
    if (this.#plans.size > PLANS_KEPT && oldest !== undefined) this.#plans.delete(oldest);
    return plan;
  }

  #planned(weeks: BusinessUnitWeeks, week: EpochDay): PlannedShifts {
    const { start, end } = weekBounds(weeks, week);
    const parts = this.organisation.units
      .filter((unit) => unit.businessUnitId === weeks.businessUnitId)
      .flatMap((unit) =>
        this.organisation.people
          .filter((person) => person.memberships.some((stay) => stay.unit.id === unit.id))
          .map((person) => plannedShifts(this.organisation, person, unit, start, end)),
      );
    return { shifts: parts.flatMap((part) => part.shifts), daysOff: parts.flatMap((part) => part.daysOff) };
  }

  #listed(schedule: WeekSchedule, edits: WeekEdits): ListedSchedule {
    const { id, businessUnitId, week, isDraft } = schedule;
    const madeAtMs = week * 86_400_000 - (this.settings.publishedWeeksAhead + 1) * WEEK_MS;
    return {
      id,
      businessUnitId,
      week,
      version: schedule.version + (isDraft ? edits.draftEdits : edits.planEdits),
      published: edits.published === (isDraft ? 'draft' : 'plan'),
      description: isDraft ? `Draft ${localDateOf(week)}` : `Week of ${localDateOf(week)}`,
      modifiedAtMs: edits.modifiedAtMs ?? (isDraft ? madeAtMs + 3_600_000 : madeAtMs),
    };
  }

  #editsOf(businessUnitId: string, week: EpochDay): WeekEdits {
    return this.#edits.get(keyOf(businessUnitId, week)) ?? noEdits();
  }
}

function keyOf(businessUnitId: string, week: EpochDay): string {
  return `${businessUnitId}/${week.toString()}`;
}

function later(shift: Shift, seconds: number): Shift {
  const moved = <T extends { start: number; end: number }>(piece: T): T => ({
    ...piece,
    start: piece.start + seconds,
    end: piece.end + seconds,
  });
  return { ...moved(shift), activities: shift.activities.map(moved) };
}

/** What a plan has of each agent. */
export function ofOneSchedule({ shifts, daysOff }: PlannedShifts): AgentSchedule[] {
  const agents = new Map<string, { userId: string; shifts: Shift[]; daysOff: DayOff[] }>();
  const of = (userId: string) => {
    const known = agents.get(userId) ?? { userId, shifts: [], daysOff: [] };
    agents.set(userId, known);
    return known;
  };
  for (const shift of shifts) of(shift.userId).shifts.push(shift);
  for (const dayOff of daysOff) of(dayOff.userId).daysOff.push(dayOff);
  return [...agents.values()];
}
