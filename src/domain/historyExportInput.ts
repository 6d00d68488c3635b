import { z } from 'zod';
import { DATASET_NAMES, type DatasetName, type LocalDate } from './exportWindow.js';
import { LANES } from './lane.js';

const LocalDateText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'not a date: write it as 2024-01-31', abort: true })
  .refine(isRealDate, 'no such day in the calendar');

export const RELOADS = ['missing', 'provisional', 'all', 'force'] as const;
export type Reload = (typeof RELOADS)[number];

/** Datasets of a request that names none. */
export const DEFAULT_DATASETS: readonly DatasetName[] = ['adherence', 'occupancy'];

/** Longest range of one export, in years. */
export const MAX_YEARS = 20;

/** A week of schedules: Genesys answers a long search by a notification alone, which nobody waits for. */
const MOST_SCHEDULE_DAYS = 7;

/** How much `since` may say of each unit of time: twenty years. */
const MOST_OF_UNIT = { d: MAX_YEARS * 366, w: MAX_YEARS * 52, mo: MAX_YEARS * 12, y: MAX_YEARS } as const;

/** Days, weeks, months or years back, such as `90d`, `12w`, `6mo`, `2y`. What it comes to in dates: `rangeOf`. */
const SinceText = z
  .string()
  .regex(/^[1-9]\d{0,4}(d|w|mo|y)$/, {
    error: 'not a length of time: write it as 90d, 12w, 6mo or 2y (days, weeks, months, years)',
    abort: true,
  })
  .refine((text) => {
    const { amount, unit } = parseSince(text);
    return amount <= MOST_OF_UNIT[unit];
  }, `more than ${MAX_YEARS} years in one export`);

/**
 * Input of the workflow `historyExport`, as people type it. Defaults are filled in by parsing.
 *
 * `from` inclusive, `to` exclusive: local dates of each unit. Or `since`, such as `90d`: so long back from the last day that was over
 * in every unit's zone when the export was started.
 */
export const HistoryExportInput = z
  .strictObject({
    datasets: z
      .array(z.enum(DATASET_NAMES))
      .min(1)
      .default([...DEFAULT_DATASETS]),
    from: LocalDateText.optional(),
    to: LocalDateText.optional(),
    since: SinceText.optional(),
    managementUnits: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
    exceptions: z.boolean().default(true),
    actuals: z.boolean().default(false),
    windowDays: z
      .strictObject({
        adherence: z.number().int().min(1).max(31).optional(),
        occupancy: z.number().int().min(1).max(31).optional(),
        schedules: z.number().int().min(1).max(MOST_SCHEDULE_DAYS).optional(),
      })
      .default({}),
    maxParallelWindows: z.number().int().min(1).max(64).default(8),
    lane: z.enum(LANES).default('backfill'),
    reload: z.enum(RELOADS).default('missing'),
    /** With `provisional`: an instant since which a provisional day that was asked for is not asked for again. */
    unlessReadSince: z.iso.datetime({ offset: true, error: 'not an instant such as 2026-11-22T02:30:00Z' }).optional(),
    /** With `provisional`: days that Genesys restates no more are read a last time when so many of a unit wait; at once where not given. */
    settleDays: z.number().int().min(1).max(60).optional(),
  })
  .superRefine((input, context) => {
    for (const { path, message } of wrongRange(input)) context.addIssue({ code: 'custom', path: [path], message });
    for (const path of ['unlessReadSince', 'settleDays'] as const)
      if (input[path] !== undefined && input.reload !== 'provisional')
        context.addIssue({ code: 'custom', path: [path], message: 'goes with reload provisional alone' });
    if (input.exceptions && (input.windowDays.adherence ?? 7) > 7)
      context.addIssue({
        code: 'custom',
        path: ['windowDays', 'adherence'],
        message: 'at most 7 with exceptions (Genesys refuses longer); set exceptions to false for up to 31',
      });
  });
export type HistoryExportInput = z.infer<typeof HistoryExportInput>;

/** Local dates that an export is for: `from` inclusive, `to` exclusive. */
export interface ExportRange {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** A request whose dates are known, `since` worked out. */
export type DatedRequest = HistoryExportInput & ExportRange;

/** The dates of a request as one says them, before `since` is worked out. */
export function describeRange({ from, to, since }: Pick<HistoryExportInput, 'from' | 'to' | 'since'>): string {
  return from !== undefined && to !== undefined ? `${from} to ${to}` : `the last ${since ?? ''}`;
}

/** `90d` as 90 and `d`. */
export function parseSince(since: string): { amount: number; unit: keyof typeof MOST_OF_UNIT } {
  const unit = since.replace(/^\d+/, '') as keyof typeof MOST_OF_UNIT;
  return { amount: Number.parseInt(since, 10), unit };
}

/** Days a window, after the dataset's defaults: adherence 7 with exceptions, else 31; occupancy and schedules 7. */
export function windowDaysOf(input: HistoryExportInput): Record<DatasetName, number> {
  return {
    adherence: input.windowDays.adherence ?? (input.exceptions ? 7 : 31),
    occupancy: input.windowDays.occupancy ?? 7,
    schedules: input.windowDays.schedules ?? MOST_SCHEDULE_DAYS,
  };
}

function wrongRange({ from, to, since }: Pick<HistoryExportInput, 'from' | 'to' | 'since'>) {
  if (since !== undefined)
    return from === undefined && to === undefined
      ? []
      : [{ path: 'since', message: 'says the dates by itself: leave out from and to, or since' }];
  const missing = [...(from === undefined ? ['from'] : []), ...(to === undefined ? ['to'] : [])];
  if (from === undefined || to === undefined)
    return missing.map((path) => ({ path, message: 'is missing: give from and to, or since (such as 90d)' }));
  const wrong = [];
  if (from >= to) wrong.push({ path: 'to', message: `${to} is not after from (${from}); to is exclusive` });
  if (to > `${Number(from.slice(0, 4)) + MAX_YEARS}${from.slice(4)}`)
    wrong.push({ path: 'from', message: `more than ${MAX_YEARS} years in one export` });
  return wrong;
}

function isRealDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}
