import { canonicalText } from '../canonicalText.js';
import { lengthText } from './lengthText.js';
import type { ScheduleForm } from './scheduleForm.js';
import { timesText } from './timesText.js';

/** One thing that a schedule on the server has otherwise than the configuration, in words. */
export interface ScheduleDifference {
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
}

/** What is told of a schedule beside its times, and how. */
const TOLD: readonly { what: string; of: (form: ScheduleForm) => string }[] = [
  { what: 'time zone', of: ({ timeZone }) => timeZone },
  { what: 'first run', of: ({ startAt }) => startAt ?? 'at once' },
  { what: 'last run', of: ({ endAt }) => endAt ?? 'never' },
  { what: 'jitter', of: ({ jitterMs }) => lengthText(jitterMs) },
  { what: 'overlap', of: ({ overlap }) => overlap },
  { what: 'catch-up', of: ({ catchUpMs }) => lengthText(catchUpMs) },
  { what: 'pause on failure', of: ({ pauseOnFailure }) => (pauseOnFailure ? 'yes' : 'no') },
  { what: 'workflow type', of: ({ workflowType }) => workflowType },
  { what: 'workflow id', of: ({ workflowId }) => workflowId },
  { what: 'timeouts and retries', of: ({ limits }) => limits.join('; ') || 'none' },
  { what: 'task queue', of: ({ taskQueue }) => taskQueue },
];

/**
 * What differs between the schedule that is there and the one that is wanted; nothing where both do the same.
 *
 * Of the input each key is told by itself.
 */
export function scheduleDifferences(found: ScheduleForm, wanted: ScheduleForm): ScheduleDifference[] {
  const ofForm = TOLD.map(({ what, of }) => ({ what, found: of(found), wanted: of(wanted) }));
  return [
    timesDifference('times', timesOf(found), timesOf(wanted)),
    timesDifference('times left out', found.leftOut.map(timesText), wanted.leftOut.map(timesText)),
    ...ofForm,
    ...inputDifferences(found.input, wanted.input),
  ].filter((each) => each.found !== each.wanted);
}

function inputDifferences(found: unknown, wanted: unknown): ScheduleDifference[] {
  const [has, should] = [keysOf(found), keysOf(wanted)];
  if (has === null || should === null) return [{ what: 'input', found: valueText(found), wanted: valueText(wanted) }];
  return [...new Set([...Object.keys(should), ...Object.keys(has)])].map((key) => ({
    what: `input ${key}`,
    found: valueText(has[key]),
    wanted: valueText(should[key]),
  }));
}

function keysOf(input: unknown): Record<string, unknown> | null {
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input } : null;
}

function valueText(value: unknown): string {
  return value === undefined ? 'not given' : canonicalText(value);
}

/** Only what is not on both sides: nights whose time the clocks jump over are a list of years. */
function timesDifference(what: string, found: readonly string[], wanted: readonly string[]): ScheduleDifference {
  const without = (these: readonly string[], those: readonly string[]): string =>
    [...new Set(these.filter((each) => !those.includes(each)))].sort().join('; ') || 'none';
  return { what, found: without(found, wanted), wanted: without(wanted, found) };
}

function timesOf({ calendars, intervals }: ScheduleForm): string[] {
  return [...calendars.map(timesText), ...intervals.map(everyText)];
}

function everyText({ everyMs, offsetMs }: { everyMs: number; offsetMs: number }): string {
  return `every ${lengthText(everyMs)}${offsetMs === 0 ? '' : `, offset ${lengthText(offsetMs)}`}`;
}
