import { z } from 'zod';
import { ChaosSettings } from './control/chaos.js';
import { type LimitInput, LimitSettings } from './limits/limitSettings.js';
import { seededHex, seededUuid } from './data/seededRandom.js';
import { isTimeZone } from './data/zoneDays.js';
import { LiveSettings } from './live/liveSettings.js';
import { NotificationSettings } from './notifications/notificationSettings.js';
import { ScheduleSettings } from './schedules/scheduleSettings.js';
import { TelephonySettings } from './telephony/telephonySettings.js';

const LocalDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'not a date: write it as 2024-01-31');
const OAuthClient = z.strictObject({ clientId: z.string().min(1), clientSecret: z.string().min(1) });

const SimulatedUnit = z.strictObject({
  name: z.string().min(1),
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone'),
  /** People whose first unit this is, those who left included. */
  agents: z.number().int().nonnegative(),
  businessUnit: z.string().min(1).default('Customer Care'),
  startDayOfWeek: z.string().default('Monday'),
});

/**
 * What a simulated organisation is made of, and how it behaves. Everything has a default.
 *
 * The same `seed`, `units`, `historyStarts`, `changes` and `turnover` always give the same people and the same data.
 */
export const SimulatorSettings = z.strictObject({
  /** 0 takes any free port. (Default: 0) */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Under which every path also answers and which `url` ends in, as behind a gateway; such as `/genesys`. (Default: none) */
  pathPrefix: z
    .string()
    .regex(/^(\/[\w.-]+)*$/, 'not a path: write it as /genesys')
    .default(''),
  seed: z.number().int().default(1),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
  /** Further OAuth clients, to see that a job answers only to its creator. One more always exists. */
  furtherClients: z.array(OAuthClient).default([]),
  /** Calls a minute and OAuth client; null switches the limit off. (Default: 300) */
  tokenLimitPerMinute: z.number().int().positive().nullable().default(300),
  /** Further limits, in the order in which calls meet them, after the token's. (Default: none) */
  limits: z.array(LimitSettings).default([]),
  /** Tokens a minute and OAuth client, a limit of its own that answers 400; null switches it off. (Default: 60) */
  loginLimitPerMinute: z.number().int().positive().nullable().default(60),
  tokenLifetimeSeconds: z.number().positive().default(86_400),
  /** How long jobs take: always the same, or long-tailed between two bounds. (Default: 2 to 20 s) */
  jobSeconds: z
    .union([
      z.number().nonnegative(),
      z.strictObject({ min: z.number().nonnegative(), max: z.number().nonnegative() }).refine((at) => at.min <= at.max),
    ])
    .default({ min: 2, max: 20 }),
  /** How long a job is known after it was created; then 404 `job.not.found`. (Default: a day) */
  jobRetentionSeconds: z.number().positive().default(86_400),
  downloadBytesPerSecond: z.number().positive().nullable().default(null),
  urlLifetimeSeconds: z.number().positive().default(600),
  /** Whether downloads are compressed for clients that accept gzip. (Default: true) */
  gzipDownloads: z.boolean().default(true),
  /** Most bytes of generated results kept; others are generated again, the same, when asked for. (Default: 64 MiB) */
  resultCacheBytes: z
    .number()
    .int()
    .nonnegative()
    .default(64 * 1024 * 1024),
  units: z
    .array(SimulatedUnit)
    .min(1)
    .refine((units) => new Set(units.map((unit) => unit.name)).size === units.length, 'two units have one name')
    .prefault([
      { name: 'Singapore Service Desk', timeZone: 'Asia/Singapore', agents: 20, startDayOfWeek: 'Monday' },
      { name: 'London Service Desk', timeZone: 'Europe/London', agents: 20, startDayOfWeek: 'Sunday' },
    ]),
  /** First local date with data; what is older fell to retention. (Default: 2024-01-01) */
  historyStarts: LocalDate.default('2024-01-01'),
  /** Between which dates people join, leave and move. (Default: the 365 days from `historyStarts`) */
  changes: z.strictObject({ from: LocalDate, to: LocalDate }).optional(),
  /** Whether there are joiners, leavers, movers and people without data at all. (Default: true) */
  turnover: z.boolean().default(true),
  /** Role permissions of every OAuth client; null is all there are. (Default: null) */
  permissions: z.array(z.string()).nullable().default(null),
  /** Scopes of every OAuth client; null where the organisation does not enforce scopes. (Default: null) */
  scopes: z.array(z.string()).nullable().default(null),
  /** Faults at random from the start, as `POST control/chaos` takes them. (Default: none) */
  chaos: ChaosSettings.optional(),
  /** Present users whom analytics refuses as unknown, in each unit. (Default: 0) */
  usersUnknownToAnalytics: z.number().int().nonnegative().default(0),
  /** Adherence of a day changes from job to job until the day has been over for so many days. (Default: 0, final at once) */
  restatedDays: z.number().int().nonnegative().default(0),
  /** For so long jobs say the same of a day that is still restated. (Default: 1 s) */
  restatedEverySeconds: z.number().int().positive().default(1),
  /** Adherence of a person's day appears up to so many hours after the day ended, each day by its own. (Default: 0) */
  lateDataHours: z.number().nonnegative().default(0),
  /** Whether user lists carry names, which the published schema does not promise. (Default: true) */
  userNames: z.boolean().default(true),
  /** Sites, trunks, outbound routes, data tables and campaigns; null where there are none. (Default: 15 trunks of three carriers) */
  telephony: TelephonySettings.nullable().prefault({}),
  /** Weekly schedules. */
  schedules: ScheduleSettings.prefault({}),
  /** Notification channels. */
  notifications: NotificationSettings.prefault({}),
  /** How what agents do now moves. (Default: not at all) */
  live: LiveSettings.prefault({}),
});

export type SimulatedUnit = z.infer<typeof SimulatedUnit>;
export type SimulatorSettings = z.infer<typeof SimulatorSettings>;

/** What `startSimulator` takes: settings, and the clock (milliseconds since the epoch) that everything goes by; it must advance. */
export type SimulatorOptions = z.input<typeof SimulatorSettings> & { now?: () => number };

/** Parses options; throws a `ZodError` that names the wrong one. */
export function simulatorSettings(options: SimulatorOptions): SimulatorSettings {
  const settings: Partial<SimulatorOptions> = { ...options };
  delete settings.now;
  return SimulatorSettings.parse(settings);
}

/** The OAuth clients of an organisation: the one that callers get, then others. Random-looking, and the same for one seed. */
export function oauthClients(settings: SimulatorSettings): { clientId: string; clientSecret: string }[] {
  const { seed } = settings;
  return [
    {
      clientId: settings.clientId ?? seededUuid(seed, 'oauth client'),
      clientSecret: settings.clientSecret ?? seededHex(43, seed, 'oauth secret'),
    },
    { clientId: seededUuid(seed, 'other client'), clientSecret: seededHex(43, seed, 'other secret') },
    ...settings.furtherClients,
  ];
}

/** Every limit on calls: the token's, named `token`, before those of the settings. */
export function limitsOf({ tokenLimitPerMinute, limits }: SimulatorSettings): LimitSettings[] {
  if (tokenLimitPerMinute === null) return limits;
  const token = LimitSettings.parse({
    name: 'token',
    shape: 'fixed',
    calls: tokenLimitPerMinute,
    windowSeconds: 60,
    counters: true,
    known: { namespace: 'platform.api', key: 'client.credentials.token.rate.per.minute' },
  } satisfies LimitInput);
  return [token, ...limits];
}
