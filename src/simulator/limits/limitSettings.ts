import { z } from 'zod';
import { LimitedCalls } from './limitedCalls.js';
import { Told } from './told.js';

const Count = z.number().int().positive();
const Seconds = z.number().positive();

/** Other clients of the organisation that use part of the limit. */
const Others = z.strictObject({
  /** They take between nothing and this share of it, drawn anew now and then. */
  upTo: z.number().positive().max(0.95),
  /** How long they stay at one share. (Default: 2 to 8 windows, drawn; for jobs 60 s) */
  everySeconds: Seconds.optional(),
});

/** The limit becomes another while it is in force. */
const Change = z
  .strictObject({
    /** What its quantities are multiplied by: 0.5 halves them, 2 doubles them. */
    factor: z.number().positive(),
    /** Since its first call. */
    afterSeconds: z.number().nonnegative().optional(),
    /** So many window lengths after its first call; of a bucket, the time that fills it. */
    afterWindows: z.number().nonnegative().optional(),
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(
    (change) => [change.afterSeconds, change.afterWindows, change.at].filter((when) => when !== undefined).length === 1,
    'say when: one of afterSeconds, afterWindows and at',
  );

/** What takes the place of a 429 for calls after the first that was refused. `html` is a gateway's 502. */
const Disguise = z.union(
  [z.literal(404), z.literal(500), z.literal(503), z.literal('html')],
  'not a disguise: 404, 500, 503 or html',
);

const common = {
  /** By which `control` speaks of it. (Default: the calls it is about) */
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'not a name: letters, digits, dots and dashes')
    .optional(),
  /** Which calls share it, of one OAuth client. (Default: all) */
  on: LimitedCalls.default('all'),
  told: Told.default('exact'),
  /** Refusals that tell how long until it opens never tell less: where time is shortened, one second is a large part of a window. */
  toldAtLeastSeconds: z.number().int().positive().default(1),
  /** For each call that comes while it is closed, and over 300 ms after the refusal that said so, it opens later by this. */
  penaltySeconds: z.number().nonnegative().default(0),
  /** Calls after the first refusal, until it opens, are answered one of these, drawn by seed, instead of 429. */
  disguise: z.array(Disguise).default([]),
  changes: z.array(Change).default([]),
  others: Others.optional(),
  /** Quantities (not lengths of windows) are taken as the middle, and drawn by the organisation's seed within a factor of ten. */
  drawn: z.boolean().default(false),
  /** What `organizations/limits` calls it, and the refusal's body; nothing where it is hidden. */
  known: z
    .strictObject({
      namespace: z.string().min(1),
      key: z.string().min(1),
      /** What the list of limits says; null leaves it out there. (Default: what is true) */
      documented: z.number().int().nonnegative().nullable().optional(),
    })
    .optional(),
  /** Refusals have exactly this body and the status, and no counters of any limit. */
  refusal: z.strictObject({ code: z.string(), message: z.string() }).optional(),
};

const counters = z.boolean().default(false);

/**
 * A limit on calls, as a switch of the simulator. Limits combine: a call passes them in their order, and one that is refused
 * has used those before it, as behind a gateway.
 */
export const LimitSettings = z
  .discriminatedUnion('shape', [
    z.strictObject({
      /** So many calls in a window that the first call opens, or `aligned` to the clock. `counters`: answers carry `inin-ratelimit-*`. */
      shape: z.literal('fixed'),
      calls: Count,
      windowSeconds: Seconds,
      aligned: z.boolean().default(false),
      counters,
      ...common,
    }),
    /** So many calls in any stretch of that length. */
    z.strictObject({ shape: z.literal('rolling'), calls: Count, windowSeconds: Seconds, ...common }),
    /** Tokens: `burst` at first, filled at a steady rate. */
    z.strictObject({ shape: z.literal('bucket'), burst: Count, perSecond: z.number().positive(), ...common }),
    /** So many jobs at once. (Default of `on`: wfm-jobs) */
    z.strictObject({ shape: z.literal('jobs'), jobs: Count, ...common, on: LimitedCalls.default('wfm-jobs') }),
    /** So many calls a day, which begins at midnight UTC. */
    z.strictObject({ shape: z.literal('daily'), calls: Count, counters, ...common }),
  ])
  .refine(({ shape, changes }) => shape !== 'jobs' || changes.every(({ afterWindows }) => afterWindows === undefined), {
    message: 'jobs in flight have no windows: say afterSeconds or at',
    path: ['changes'],
  })
  .refine(({ refusal, told }) => !refusal || !/^(body|words)/.test(told), {
    message: 'a refusal with a body of its own cannot tell in the body',
    path: ['told'],
  });
export type LimitSettings = z.infer<typeof LimitSettings>;
/** A limit as people write it: what has a default may be left out. */
export type LimitInput = z.input<typeof LimitSettings>;
export type Disguise = z.infer<typeof Disguise>;

/** Length of a day's quota. */
export const DAY_SECONDS = 86_400;

/** Length of a limit's window in seconds; of a bucket, the time that fills it; null for jobs in flight. */
export function windowSecondsOf(limit: LimitSettings): number | null {
  switch (limit.shape) {
    case 'fixed':
    case 'rolling':
      return limit.windowSeconds;
    case 'bucket':
      return limit.burst / limit.perSecond;
    case 'daily':
      return DAY_SECONDS;
    case 'jobs':
      return null;
  }
}

/** Calls a second that a limit lets through in the long run; null for jobs in flight. */
export function perSecondOf(limit: LimitSettings): number | null {
  switch (limit.shape) {
    case 'fixed':
    case 'rolling':
      return limit.calls / limit.windowSeconds;
    case 'bucket':
      return limit.perSecond;
    case 'daily':
      return limit.calls / DAY_SECONDS;
    case 'jobs':
      return null;
  }
}
