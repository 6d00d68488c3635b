import { z } from 'zod';
import { isTimeZone } from '../calendar.js';
import { DATASET_NAMES } from '../exportWindow.js';
import { DEFAULT_DATASETS } from '../historyExportInput.js';
import { HorizonDays, LookBackDays } from './nightlyLoadInput.js';
import { cronTimes } from './nightlyTimes.js';

/** What one more nominal time does while a load still runs, in Temporal's words. Others would end a load half way. */
export const OVERLAPS = ['bufferAll', 'bufferOne', 'skip'] as const;
export type Overlap = (typeof OVERLAPS)[number];

const SECONDS_OF = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A length of time such as `90s`, `10m`, `36h`, `3d`; in seconds once parsed. */
function lengthOfTime(leastSeconds: number, mostSeconds: number, range: string) {
  return z
    .string()
    .regex(/^\d{1,5}(s|m|h|d)$/, { error: 'not a length of time: write it as 90s, 10m, 36h or 3d', abort: true })
    .transform((text) => Number.parseInt(text, 10) * SECONDS_OF[text.slice(-1) as keyof typeof SECONDS_OF])
    .refine((seconds) => seconds >= leastSeconds && seconds <= mostSeconds, `not between ${range}`);
}

const Cron = z
  .string()
  .max(100)
  .superRefine((text, context) => {
    const times = cronTimes(text);
    if (typeof times === 'string') context.addIssue({ code: 'custom', message: times });
  });

/** One entry of `nightly:` in the configuration: when which units' days are loaded. Strict, because a misspelt key must not pass unseen. */
export const NightlySchedule = z
  .strictObject({
    /** Becomes the schedule's id, `nightly/<name>`. */
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'not a name: small letters, digits and dashes, such as all-units'),
    /** Time of day in `timeZone`, every day. */
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time of day: write it as "02:30", in quotes')
      .optional(),
    /** Instead of `at`: five fields, as cron has them. */
    cron: Cron.optional(),
    timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Europe/Berlin'),
    datasets: z
      .array(z.enum(DATASET_NAMES))
      .min(1)
      .default([...DEFAULT_DATASETS]),
    /** Management units by id or exact name; all when left out. */
    units: z.array(z.string().min(1).max(200)).min(1).max(500).optional(),
    exceptions: z.boolean().default(true),
    actuals: z.boolean().default(false),
    horizonDays: HorizonDays,
    lookBackDays: LookBackDays,
    parallel: z.number().int().min(1).max(64).default(8),
    /** How late a nominal time that passed while the Temporal server was down is still run. */
    catchUp: lengthOfTime(60, 60 * 86_400, '1m and 60d').prefault('3d'),
    overlap: z.enum(OVERLAPS).default('bufferAll'),
    /** Starts are spread by up to this, so that several schedules do not begin at one second. */
    jitter: lengthOfTime(0, 3600, '0s and 1h').prefault('0s'),
    /** How long after its nominal time a night counts as overdue where no load of it has ended. */
    overdueAfter: lengthOfTime(60, 7 * 86_400, '1m and 7d').prefault('6h'),
  })
  .refine(({ at, cron }) => (at === undefined) !== (cron === undefined), {
    path: ['at'],
    message: 'give either at (such as "02:30") or cron (such as "30 2 * * 1-5")',
  });
export type NightlySchedule = z.infer<typeof NightlySchedule>;

/** `nightly:` of the configuration. */
export const NightlySchedules = z
  .array(NightlySchedule)
  .max(50)
  .superRefine((schedules, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of schedules.entries()) {
      if (seen.has(name))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is there twice` });
      seen.add(name);
    }
  });

/** Id of a nightly load's schedule in Temporal, and of its workflow before Temporal appends the nominal time. */
export function scheduleIdOf(name: string): string {
  return `${SCHEDULE_PREFIX}${name}`;
}

/** What the ids of all schedules of nightly loads begin with. */
export const SCHEDULE_PREFIX = 'nightly/';
