import type { CalendarSpec, ScheduleDescription, ScheduleOptions, ScheduleUpdateOptions } from '@temporalio/client';
import type { CalendarTimes } from '../../domain/nightly/nightlyTimes.js';
import type { ScheduleForm } from '../../domain/nightly/scheduleForm.js';
import { lengthText } from '../../domain/nightly/lengthText.js';
import { type Overlap, OVERLAPS } from '../../domain/nightly/nightlySchedule.js';

const MONTHS = [
  ...['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE'],
  ...['JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'],
];
const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

const POLICY: Readonly<Record<Overlap, 'BUFFER_ALL' | 'BUFFER_ONE' | 'SKIP'>> = {
  bufferAll: 'BUFFER_ALL',
  bufferOne: 'BUFFER_ONE',
  skip: 'SKIP',
};

/** A schedule as Temporal's client takes it, but for its id and its state, which is an operator's. */
export function scheduleOptions(
  form: ScheduleForm,
): Pick<ScheduleOptions, 'spec' | 'policies'> & Pick<ScheduleUpdateOptions, 'action'> {
  return {
    spec: {
      calendars: form.calendars.map(calendarSpec),
      timezone: form.timeZone,
      ...(form.jitterMs > 0 ? { jitter: form.jitterMs } : {}),
    },
    policies: {
      overlap: POLICY[form.overlap as Overlap],
      catchupWindow: form.catchUpMs,
      pauseOnFailure: form.pauseOnFailure,
    },
    action: {
      type: 'startWorkflow',
      workflowType: form.workflowType,
      workflowId: form.workflowId,
      taskQueue: form.taskQueue,
      args: [form.input],
      staticSummary: 'Load the last whole day of each unit, and what Genesys restates',
    },
  };
}

/** What a schedule on the server does. */
export function formOf({ spec, policies, ...description }: ScheduleDescription): ScheduleForm {
  const action: DescribedAction = description.action;
  return {
    timeZone: spec.timezone === undefined || spec.timezone === '' ? 'UTC' : spec.timezone,
    calendars: (spec.calendars ?? []).map(calendarTimes),
    intervals: (spec.intervals ?? []).map(({ every, offset }) => ({ everyMs: every, offsetMs: offset })),
    leftOut: (spec.skip ?? []).map(calendarTimes),
    startAt: spec.startAt?.toISOString() ?? null,
    endAt: spec.endAt?.toISOString() ?? null,
    jitterMs: spec.jitter ?? 0,
    overlap: OVERLAPS.find((overlap) => POLICY[overlap] === policies.overlap) ?? policies.overlap ?? 'unknown',
    catchUpMs: policies.catchupWindow,
    pauseOnFailure: policies.pauseOnFailure,
    workflowType: action.workflowType,
    workflowId: action.workflowId ?? '',
    taskQueue: action.taskQueue,
    input: action.args?.[0],
    limits: limitsOf(action),
  };
}

/** What a schedule starts, as the client hands it over: lengths of time in milliseconds. */
interface DescribedAction {
  readonly workflowType: string;
  readonly workflowId?: string | undefined;
  readonly taskQueue: string;
  readonly args?: readonly unknown[] | undefined;
  readonly workflowExecutionTimeout?: unknown;
  readonly workflowRunTimeout?: unknown;
  readonly retry?: unknown;
}

/** What our schedules never set on a run, and a hand may. The Temporal CLI always sends a timeout of workflow tasks: it ends no run. */
function limitsOf(action: DescribedAction): string[] {
  const { workflowExecutionTimeout, workflowRunTimeout, retry } = action;
  const timeouts = { workflowExecutionTimeout, workflowRunTimeout };
  return [
    ...Object.entries(timeouts).flatMap(([key, value]) => (value ? [`${key} ${lengthText(Number(value))}`] : [])),
    ...(retry ? [`retry ${JSON.stringify(retry)}`] : []),
  ];
}

function calendarSpec(times: CalendarTimes): CalendarSpec {
  // The client takes names for days and months, whose types are not to be had from a list of numbers.
  return {
    second: [...times.seconds],
    minute: [...times.minutes],
    hour: [...times.hours],
    dayOfMonth: times.daysOfMonth.length === 31 ? '*' : [...times.daysOfMonth],
    month: times.months.length === 12 ? '*' : times.months.map((month) => MONTHS[month - 1]),
    dayOfWeek: times.daysOfWeek.length === 7 ? '*' : times.daysOfWeek.map((day) => DAYS[day]),
    ...(times.years.length === 0 ? {} : { year: [...times.years] }),
  } as CalendarSpec;
}

type DescribedCalendar = NonNullable<ScheduleDescription['spec']['calendars']>[number];

function calendarTimes(calendar: DescribedCalendar): CalendarTimes {
  return {
    seconds: numbers(calendar.second),
    minutes: numbers(calendar.minute),
    hours: numbers(calendar.hour),
    daysOfMonth: numbers(calendar.dayOfMonth),
    months: numbers(calendar.month.map((range) => inNumbers(range, MONTHS, 1))),
    years: numbers(calendar.year),
    daysOfWeek: numbers(calendar.dayOfWeek.map((range) => inNumbers(range, DAYS, 0))),
  };
}

interface NumberRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

function inNumbers(
  { start, end, step }: { start: string; end: string; step: number },
  names: readonly string[],
  first: number,
): NumberRange {
  return { start: names.indexOf(start) + first, end: names.indexOf(end) + first, step };
}

function numbers(ranges: readonly NumberRange[]): number[] {
  const found = new Set<number>();
  for (const { start, end, step } of ranges) for (let value = start; value <= end; value += step) found.add(value);
  return [...found].sort((a, b) => a - b);
}
