import { isoSeconds, localDateOf } from '../data/zoneDays.js';
import { type DayOff, isPaid, type Shift } from './plannedShifts.js';
import type { AgentSchedule, ListedSchedule } from './schedules.js';

const WFM = '/api/v2/workforcemanagement';

/** A schedule as the list has it. */
export function scheduleBody(schedule: ListedSchedule, modifiedBy: string) {
  const { id, businessUnitId, week, version, published, description, modifiedAtMs } = schedule;
  const weekDate = localDateOf(week);
  return {
    id,
    weekDate,
    weekCount: 1,
    description,
    published,
    generationResults: { failed: false, runId: `${id.slice(0, -4)}0000`, messageCount: 0, messageSeverityCounts: [] },
    metadata: {
      version,
      modifiedBy: { id: modifiedBy, selfUri: `/api/v2/users/${modifiedBy}` },
      dateModified: new Date(modifiedAtMs).toISOString(),
      createdBy: { id: modifiedBy, selfUri: `/api/v2/users/${modifiedBy}` },
      dateCreated: new Date(Math.min(modifiedAtMs, week * 86_400_000 - 14 * 86_400_000)).toISOString(),
    },
    selfUri: `${WFM}/businessunits/${businessUnitId}/weeks/${weekDate}/schedules/${id}`,
  };
}

/** An agent's shifts and days off. `scheduleOf` names the schedule that a shift belongs to. */
export function agentScheduleBody(
  { userId, shifts, daysOff }: AgentSchedule,
  scheduleOf: (shift: Shift) => ListedSchedule | undefined,
) {
  return {
    user: { id: userId, selfUri: `/api/v2/users/${userId}` },
    shifts: shifts.map((shift) => shiftBody(shift, scheduleOf(shift))),
    fullDayTimeOffMarkers: daysOff.map(dayOffBody),
  };
}

function shiftBody(shift: Shift, schedule: ListedSchedule | undefined) {
  return {
    id: shift.id,
    startDate: isoSeconds(shift.start),
    lengthMinutes: (shift.end - shift.start) / 60,
    activities: shift.activities.map((activity) => ({
      startDate: isoSeconds(activity.start),
      lengthMinutes: (activity.end - activity.start) / 60,
      description: '',
      activityCodeId: activity.code.id,
      paid: isPaid(activity),
    })),
    manuallyEdited: shift.manuallyEdited,
    ...(schedule
      ? {
          schedule: {
            id: schedule.id,
            weekDate: localDateOf(schedule.week),
            selfUri: `${WFM}/businessunits/${schedule.businessUnitId}/weeks/${localDateOf(schedule.week)}/schedules/${schedule.id}`,
          },
        }
      : {}),
  };
}

function dayOffBody({ day, minutes, activityCodeId }: DayOff) {
  return {
    businessUnitDate: localDateOf(day),
    lengthMinutes: minutes,
    description: '',
    activityCodeId,
    paid: true,
  };
}
