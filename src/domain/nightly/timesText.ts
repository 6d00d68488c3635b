import type { CalendarTimes } from './nightlyTimes.js';

const DAYS = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');
const MONTHS = ' Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Clock times in words; equal for equal sets of times only: `02:30`, `02:30 on Mon–Fri`, `03:30 on day 28 in Mar of 2027`. */
export function timesText(times: CalendarTimes): string {
  return [
    clockText(times),
    limitText('on', times.daysOfWeek, 7, (day) => DAYS[day]),
    limitText('on day', times.daysOfMonth, 31, String),
    limitText('in', times.months, 12, (month) => MONTHS[month]),
    times.years.length === 0 ? '' : `of ${runsText(times.years, String)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function clockText({ hours, minutes, seconds }: CalendarTimes): string {
  const at = seconds.length === 1 && seconds[0] === 0 ? '' : `:${runsText(seconds, twoDigits)}`;
  if (hours.length * minutes.length <= 24)
    return hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}${at}`)).join(', ');
  return `${runsText(hours, twoDigits)}:${runsText(minutes, twoDigits)}${at}`;
}

function limitText(
  word: string,
  values: readonly number[],
  all: number,
  name: (value: number) => string | undefined,
): string {
  return values.length === all ? '' : `${word} ${runsText(values, name)}`;
}

/** Sorted numbers as runs: `Mon–Fri, Sun`. */
function runsText(values: readonly number[], name: (value: number) => string | undefined): string {
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs
    .map((run) => [name(run[0] ?? 0) ?? '?', name(run.at(-1) ?? 0) ?? '?'])
    .map(([first = '', last = '']) => (first === last ? first : `${first}–${last}`))
    .join(', ');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
