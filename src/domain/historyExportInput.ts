import { z } from 'zod';
import { DATASET_NAMES } from './exportWindow.js';

const LocalDateText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'not a date: write it as 2024-01-31', abort: true })
  .refine(isRealDate, 'no such day in the calendar');

/** Lanes, most urgent first: which work goes before which when the API's budget is short. */
export const LANES = ['failover', 'sync', 'nightly', 'backfill'] as const;

export const RELOADS = ['missing', 'provisional', 'all', 'force'] as const;
export type Reload = (typeof RELOADS)[number];

/** Longest range of one export, in years. */
export const MAX_YEARS = 20;

/**
 * Input of the workflow `historyExport`, as people type it. Defaults are filled in by parsing.
 *
 * `from` inclusive, `to` exclusive: local dates of each unit.
 */
export const HistoryExportInput = z
  .strictObject({
    datasets: z.array(z.enum(DATASET_NAMES)).min(1).default(['adherence', 'occupancy']),
    from: LocalDateText,
    to: LocalDateText,
    managementUnits: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
    exceptions: z.boolean().default(true),
    actuals: z.boolean().default(false),
    windowDays: z
      .strictObject({
        adherence: z.number().int().min(1).max(31).optional(),
        occupancy: z.number().int().min(1).max(31).optional(),
      })
      .default({}),
    maxParallelWindows: z.number().int().min(1).max(64).default(8),
    lane: z.enum(LANES).default('backfill'),
    reload: z.enum(RELOADS).default('missing'),
  })
  .superRefine((input, context) => {
    if (input.from >= input.to)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: `${input.to} is not after from (${input.from}); to is exclusive`,
      });
    if (Number(input.to.slice(0, 4)) - Number(input.from.slice(0, 4)) > MAX_YEARS)
      context.addIssue({ code: 'custom', path: ['from'], message: `more than ${MAX_YEARS} years in one export` });
    if (input.exceptions && (input.windowDays.adherence ?? 7) > 7)
      context.addIssue({
        code: 'custom',
        path: ['windowDays', 'adherence'],
        message: 'at most 7 with exceptions (Genesys refuses longer); set exceptions to false for up to 31',
      });
  });
export type HistoryExportInput = z.infer<typeof HistoryExportInput>;

/** Days a window, after the dataset's defaults: adherence 7 with exceptions, else 31; occupancy 7. */
export function windowDaysOf(input: HistoryExportInput): Record<(typeof DATASET_NAMES)[number], number> {
  return {
    adherence: input.windowDays.adherence ?? (input.exceptions ? 7 : 31),
    occupancy: input.windowDays.occupancy ?? 7,
  };
}

function isRealDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}
