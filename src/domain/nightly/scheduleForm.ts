import type { z } from 'zod';
import { timesAfterGaps } from './clockChanges.js';
import type { NightlyLoadInput } from './nightlyLoadInput.js';
import { type NightlySchedule, scheduleIdOf } from './nightlySchedule.js';
import { type CalendarTimes, cronTimes, dailyTimes } from './nightlyTimes.js';

/** Workflow type of the nightly load. */
export const NIGHTLY_LOAD = 'nightlyLoad';

/**
 * What a schedule does, in one form whoever made it: the file, our commands, the Temporal CLI or the UI. Compared as a whole.
 *
 * Whether it is paused, its note and how many runs it has left are an operator's, and not in here.
 */
export interface ScheduleForm {
  readonly timeZone: string;
  readonly calendars: readonly CalendarTimes[];
  /** Milliseconds between nominal times, and the phase. Ours have none. */
  readonly intervals: readonly { readonly everyMs: number; readonly offsetMs: number }[];
  /** Times that are left out. Ours have none. */
  readonly leftOut: readonly CalendarTimes[];
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly jitterMs: number;
  /** A policy in the words of the configuration, or in Temporal's own where we offer none. */
  readonly overlap: string;
  readonly catchUpMs: number;
  readonly pauseOnFailure: boolean;
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly input: unknown;
  /** Timeouts and retries of a run, in words. Ours have none: a night takes as long as the API lets it. */
  readonly limits: readonly string[];
}

/** A schedule that asks for what we want. */
export type DesiredForm = ScheduleForm & { readonly input: z.input<typeof NightlyLoadInput> };

/**
 * What an entry of the configuration comes to in Temporal.
 *
 * @param nowIso decides only how many years of clock changes are written out: see `timesAfterGaps`.
 */
export function desiredForm(schedule: NightlySchedule, taskQueue: string, nowIso: string): DesiredForm {
  const calendars = calendarsOf(schedule);
  return {
    timeZone: schedule.timeZone,
    calendars: [...calendars, ...timesAfterGaps(calendars, schedule.timeZone, nowIso)],
    intervals: [],
    leftOut: [],
    startAt: null,
    endAt: null,
    jitterMs: schedule.jitter * 1000,
    overlap: schedule.overlap,
    catchUpMs: schedule.catchUp * 1000,
    // A failed night must not keep the next from loading what is missing.
    pauseOnFailure: false,
    workflowType: NIGHTLY_LOAD,
    workflowId: scheduleIdOf(schedule.name),
    taskQueue,
    input: inputOf(schedule),
    limits: [],
  };
}

function calendarsOf({ at, cron }: NightlySchedule): CalendarTimes[] {
  if (at !== undefined) return [dailyTimes(at)];
  const times = cronTimes(cron ?? '');
  // The schema has refused what is none.
  return typeof times === 'string' ? [] : [times];
}

/** What the schedule of the configuration gives its workflow: nothing that is the default, so that it reads well in the Temporal UI. */
function inputOf(schedule: NightlySchedule): z.input<typeof NightlyLoadInput> {
  return {
    datasets: schedule.datasets,
    timeZone: schedule.timeZone,
    ...(schedule.units ? { managementUnits: schedule.units } : {}),
    ...(schedule.exceptions ? {} : { exceptions: false }),
    ...(schedule.actuals ? { actuals: true } : {}),
    ...(schedule.horizonDays === undefined ? {} : { horizonDays: schedule.horizonDays }),
    lookBackDays: schedule.lookBackDays,
    maxParallelWindows: schedule.parallel,
  };
}
