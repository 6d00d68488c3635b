/**
 * Clock times of a schedule, as sets: a second, minute, hour, day of month (1–31), month (1–12), day of week (0–6, Sunday is 0) that
 * is in each of them. Sorted; `years` empty means every year.
 */
export interface CalendarTimes {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly years: readonly number[];
  readonly daysOfWeek: readonly number[];
}

/** A time on every day, such as `02:30`. */
export function dailyTimes(at: string): CalendarTimes {
  return times({ minutes: [Number(at.slice(3))], hours: [Number(at.slice(0, 2))] });
}

/** Every day of every year at midnight, but for what is given. */
export function times(given: Partial<CalendarTimes>): CalendarTimes {
  return {
    seconds: [0],
    minutes: [0],
    hours: [0],
    daysOfMonth: span(1, 31),
    months: span(1, 12),
    years: [],
    daysOfWeek: span(0, 6),
    ...given,
  };
}

/** What a field of cron may hold. */
interface CronField {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly CronField[] = [
  { what: 'minute', least: 0, most: 59 },
  { what: 'hour', least: 0, most: 23 },
  { what: 'day of month', least: 1, most: 31 },
  {
    what: 'month',
    least: 1,
    most: 12,
    names: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { what: 'day of week', least: 0, most: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

/**
 * Five fields as cron has them (`30 2 * * 1-5`): numbers, names of months and days, ranges, lists, steps.
 *
 * Refused, because readers of cron differ on it: days of month and of week both restricted. At most 24 times a day.
 *
 * @returns the times, or in words why it is none.
 */
export function cronTimes(cron: string): CalendarTimes | string {
  const texts = cron.trim().split(/\s+/);
  if (texts.length !== FIELDS.length)
    return 'not five fields (minute, hour, day of month, month, day of week), such as "30 2 * * 1-5"';
  const sets: number[][] = [];
  for (const [index, field] of FIELDS.entries()) {
    const found = fieldTimes(texts[index] ?? '', field);
    if (typeof found === 'string') return found;
    sets.push(found);
  }
  const [minutes = [], hours = [], daysOfMonth = [], months = [], anyDaysOfWeek = []] = sets;
  const daysOfWeek = sorted(anyDaysOfWeek.map((day) => day % 7));
  if (daysOfMonth.length < 31 && daysOfWeek.length < 7)
    return 'restricts days of month and days of week together, which cron programs take differently: restrict one';
  if (minutes.length * hours.length > 24) return 'more than 24 times a day';
  return times({ minutes, hours, daysOfMonth, months, daysOfWeek });
}

function fieldTimes(text: string, field: CronField): number[] | string {
  const found: number[] = [];
  for (const part of text.split(',')) {
    const [range = '', step = '1', ...rest] = part.split('/');
    const ends = range === '*' ? [field.least, lastOf(field)] : range.split('-').map((end) => numberOf(end, field));
    const [from = Number.NaN, to = step === '1' ? from : lastOf(field), ...more] = ends;
    const every = /^\d+$/.test(step) ? Number(step) : 0;
    const isRange = from >= field.least && to <= field.most && from <= to;
    if (!isRange || every < 1 || rest.length > 0 || more.length > 0)
      return `${part || 'nothing'} is not a ${field.what} (${field.least} to ${field.most}, ranges, lists, steps)`;
    for (let value = from; value <= to; value += every) found.push(value);
  }
  return sorted(found);
}

/** Seven is Sunday too, but `*` and steps end with Saturday. */
function lastOf({ most }: CronField): number {
  return most === 7 ? 6 : most;
}

function numberOf(text: string, { names }: CronField): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const index = text === '' ? -1 : (names?.indexOf(text.toUpperCase()) ?? -1);
  return index === -1 ? Number.NaN : index;
}

function sorted(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
