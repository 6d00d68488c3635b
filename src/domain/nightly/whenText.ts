import { lengthText } from './lengthText.js';
import type { ScheduleForm } from './scheduleForm.js';
import { timesText } from './timesText.js';

/** When it runs, without the single nights whose time the clocks jump over. */
export function whenText({ calendars, intervals, timeZone }: ScheduleForm): string {
  const usual = calendars.filter(({ years }) => years.length === 0).map(timesText);
  const every = intervals.map(({ everyMs }) => `every ${lengthText(everyMs)}`);
  return `${[...usual, ...every].join('; ') || 'never'} ${timeZone}`;
}
