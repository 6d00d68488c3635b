import { z } from 'zod';
import { LOG_LEVELS } from '../domain/logLevel.js';
import { DEFAULT_RESERVE_SHARE } from '../domain/laneReserve.js';
import { CoverageRules } from '../domain/coverage/coverageRules.js';
import { NightlySchedules } from '../domain/nightly/nightlySchedule.js';
import { LiveSettings } from '../domain/live/liveSettings.js';
import { SyncPolicy } from '../domain/sync/syncPolicy.js';
import { DEFAULT_TASK_QUEUE } from '../domain/taskQueues.js';

const Url = z.string().regex(/^https?:\/\/\S+$/, 'not an http(s) URL');

const NO_PORT = 'not a port (1 to 65535)';
/** Text in the environment, a number in the file. */
const Port = z.coerce.number(NO_PORT).int(NO_PORT).min(1, NO_PORT).max(65_535, NO_PORT);

const IpAddress = z.union([z.ipv4(), z.ipv6()], 'not an IP address');

const NO_DAYS = 'not a number of days (0 to 36500)';
const Days = z.coerce.number(NO_DAYS).int(NO_DAYS).min(0, NO_DAYS).max(36_500, NO_DAYS);

/** A share, as the environment has it too; none of it is 0. */
const Share = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^(0|1|0?\.\d+)$/)
        .transform(Number),
    ],
    'not a share such as 0.2',
  )
  .refine((share) => share >= 0 && share <= 0.9, 'not between 0 and 0.9');

/**
 * Settings as read from the environment laid over the file that `ROSTERLINE_CONFIG` names. The environment wins.
 *
 * Keys are the same in both: the file's `genesys.region` is the environment's `GENESYS_REGION`.
 */
export const Settings = z.strictObject({
  genesys: z
    .strictObject({
      region: z.string().optional(),
      apiUrl: Url.optional(),
      loginUrl: Url.optional(),
      clientId: z.string().min(1).optional(),
      clientIdFile: z.string().optional(),
      clientSecret: z.string().min(1).optional(),
      clientSecretFile: z.string().optional(),
      downloadHosts: z.array(z.string().regex(/^[A-Za-z0-9.*:[\]-]+$/, 'not a host name')).optional(),
    })
    .default({}),
  warehouse: z
    .strictObject({
      url: z
        .string()
        .regex(/^(duckdb:.|postgres(ql)?:\/\/.)/, 'not duckdb:PATH or postgres://user@host:port/database?schema=…')
        .optional(),
      password: z.string().min(1).optional(),
      passwordFile: z.string().min(1).optional(),
      memory: z
        .string()
        .regex(/^\d+(\.\d+)?(MB|GB)$/i, 'not a size such as 256MB')
        .default('256MB'),
    })
    .default({ memory: '256MB' }),
  objects: z
    .strictObject({
      url: z
        .string()
        .regex(/^(file:.|s3:\/\/.)/, 'not file:PATH or s3://bucket/prefix?endpoint=…&region=…')
        .optional(),
      /** Where the URL names none. */
      region: z.string().min(1).optional(),
      accessKeyId: z.string().min(1).optional(),
      accessKeyIdFile: z.string().min(1).optional(),
      secretAccessKey: z.string().min(1).optional(),
      secretAccessKeyFile: z.string().min(1).optional(),
      sessionToken: z.string().min(1).optional(),
      /** Authorities of the store's certificate, beside those that Node knows. */
      tlsCaFile: z.string().min(1).optional(),
      /** Days for which nothing may be removed after it was written. */
      retentionDays: Days.default(0),
      retentionMode: z
        .string()
        .transform((mode) => mode.toUpperCase())
        .pipe(z.enum(['GOVERNANCE', 'COMPLIANCE'], 'not governance or compliance'))
        .optional(),
    })
    .default({ retentionDays: 0 }),
  /** The key that signs the chain's entries: Ed25519, PEM. */
  signing: z.strictObject({ key: z.string().min(1).optional(), keyFile: z.string().min(1).optional() }).default({}),
  data: z.string().min(1).default('./.rosterline'),
  taskQueue: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'not a task queue name')
    .default(DEFAULT_TASK_QUEUE),
  budget: z
    .strictObject({
      /** Share of the token's window that exports leave to what is more urgent, at its start. */
      backfillReserve: Share.default(DEFAULT_RESERVE_SHARE),
    })
    .default({ backfillReserve: DEFAULT_RESERVE_SHARE }),
  telemetry: z
    .strictObject({
      /** Port of the metrics; without one there are none. */
      metricsPort: Port.optional(),
      metricsHost: IpAddress.default('127.0.0.1'),
      /** Port of `/healthz` and `/readyz`; without one they are not offered. */
      healthPort: Port.optional(),
      healthHost: IpAddress.default('127.0.0.1'),
      /** Where traces are sent, as OTLP over HTTP; without it there are none. */
      otlpEndpoint: Url.optional(),
      logLevel: z.enum(LOG_LEVELS, `not one of ${LOG_LEVELS.join(', ')}`).default('info'),
    })
    .default({ metricsHost: '127.0.0.1', healthHost: '127.0.0.1', logLevel: 'info' }),
  export: z
    .strictObject({
      /** Days that Genesys may still restate: loaded as `provisional`. */
      provisionalDays: z.number().int().min(0).max(60).default(14),
      occupancyFormula: z.enum(['genesys', 'interacting-idle']).default('genesys'),
    })
    .default({ provisionalDays: 14, occupancyFormula: 'genesys' }),
  /** Which trunks carry which routes for how many agents; none, no sync. From the file alone. */
  sync: SyncPolicy.optional(),
  /** When nightly loads run, and of what. From the file alone. */
  nightly: NightlySchedules.default([]),
  /** What the live feed listens to; none, everything. From the file alone. */
  live: LiveSettings.optional(),
  /** When a day counts as late, and when as poorer than it should be. From the file alone. */
  coverage: CoverageRules.prefault({}),
});
export type Settings = z.infer<typeof Settings>;
