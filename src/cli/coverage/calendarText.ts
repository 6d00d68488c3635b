import { addDays, daysBetween } from '../../domain/calendar.js';
import type { DayRun, UnitCoverage } from '../../domain/coverage/judgeCoverage.js';
import type { LocalDate } from '../../domain/exportWindow.js';

/** Marks of days, those that hide others first: of several days in one cell the worst shows. */
const MARKS = [
  { mark: 'X', means: 'failed', of: ({ state }: DayRun) => state === 'failed' },
  { mark: '.', means: 'never loaded', of: ({ state }: DayRun) => state === 'missing' },
  { mark: 'v', means: 'fell', of: ({ fault }: DayRun) => fault === 'fell' },
  { mark: '!', means: 'not read again as asked', of: ({ fault }: DayRun) => fault === 'gap' || fault === 'unsettled' },
  { mark: '?', means: 'asked for', of: ({ state }: DayRun) => state === 'pending' },
  { mark: '~', means: 'provisional', of: ({ state }: DayRun) => state === 'provisional' },
  { mark: '#', means: 'loaded', of: ({ state }: DayRun) => state === 'loaded' },
  { mark: '0', means: 'empty', of: ({ state }: DayRun) => state === 'empty' },
] as const;

const LONGEST_NAME = 24;
/** More lines than a terminal has are not read: beyond, units that are whole are counted only. */
const MOST_UNITS = 40;

/** What one character stands for. */
type Grain = 'day' | 'week' | 'month';

/**
 * Units × days of one dataset, a character a day, or a week or a month where days do not fit the width; the worst of each shows.
 *
 * Units of which a day is at fault come first.
 *
 * @param width characters of a line.
 */
export function calendarText(units: readonly UnitCoverage[], width: number): string[] {
  const shown = units.filter(({ runs }) => runs.length > 0);
  const first = shown.map(({ from }) => from).sort()[0];
  const last = shown
    .map(({ to }) => to)
    .sort()
    .at(-1);
  if (first === undefined || last === undefined) return [];
  const nameWidth = Math.min(LONGEST_NAME, Math.max(...shown.map(({ unit }) => unit.length)));
  const columns = Math.max(12, width - nameWidth - 4);
  const { grain, starts } = cellsBetween(first, last, columns);
  const ordered = [...shown.filter(hasFault), ...shown.filter((unit) => !hasFault(unit))];
  const most = Math.max(MOST_UNITS, shown.filter(hasFault).length);
  const lines = ordered
    .slice(0, most)
    .map((unit) => `  ${unit.unit.slice(0, nameWidth).padEnd(nameWidth)}  ${marksOf(unit, starts, last)}`);
  const marks = MARKS.filter(({ mark }) => lines.some((line) => line.slice(nameWidth + 4).includes(mark)));
  return [
    `  ${`a ${grain} each`.slice(0, nameWidth).padEnd(nameWidth)}  ${scale(starts, grain)}`,
    ...lines.map((line) => line.trimEnd()),
    ...(ordered.length > most ? [`  and ${ordered.length - most} more units that are whole`] : []),
    `  ${marks.map(({ mark, means }) => `${mark} ${means}`).join('   ')}`,
  ];
}

/** First days of the cells; of months, the last that fit. */
function cellsBetween(first: LocalDate, last: LocalDate, columns: number): { grain: Grain; starts: LocalDate[] } {
  const days = daysBetween(first, last);
  if (days <= columns) return { grain: 'day', starts: Array.from({ length: days }, (_, at) => addDays(first, at)) };
  const weeks = Math.ceil(days / 7);
  if (weeks <= columns)
    return { grain: 'week', starts: Array.from({ length: weeks }, (_, at) => addDays(first, 7 * at)) };
  const starts = [first];
  for (let month = monthAfter(first); month < last; month = monthAfter(month)) starts.push(month);
  return { grain: 'month', starts: starts.slice(-columns) };
}

function marksOf({ runs }: UnitCoverage, starts: readonly LocalDate[], last: LocalDate): string {
  let at = 0;
  return starts
    .map((start, index) => {
      const end = starts[index + 1] ?? last;
      while ((runs[at]?.to ?? end) <= start && at < runs.length) at++;
      const inside: DayRun[] = [];
      for (let next = at; next < runs.length; next++) {
        const run = runs[next];
        if (!run || run.from >= end) break;
        inside.push(run);
      }
      return MARKS.find(({ of }) => inside.some(of))?.mark ?? ' ';
    })
    .join('');
}

/** Names of months over the cells that they begin in, or of years where a cell is a month, where there is room. */
function scale(starts: readonly LocalDate[], grain: Grain): string {
  const label = (date: LocalDate) => (grain === 'month' ? date.slice(0, 4) : date.slice(0, 7));
  let text = '';
  for (const [at, start] of starts.entries()) {
    const before = starts[at - 1];
    const isNew = before === undefined || label(before) !== label(start);
    // A label begins a column after the one before has ended.
    if (isNew && (text.length === 0 || text.length < at)) text = text.padEnd(at) + label(start);
  }
  return text.slice(0, Math.max(starts.length, 7));
}

function monthAfter(date: LocalDate): LocalDate {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

function hasFault({ runs }: UnitCoverage): boolean {
  return runs.some(({ fault }) => fault !== null);
}
