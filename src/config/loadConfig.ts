import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { Failure } from '../domain/failure.js';
import type { LogLevel } from '../domain/logLevel.js';
import type { CoverageRules } from '../domain/coverage/coverageRules.js';
import type { NightlySchedule } from '../domain/nightly/nightlySchedule.js';
import type { LiveSettings } from '../domain/live/liveSettings.js';
import type { SyncPolicy } from '../domain/sync/syncPolicy.js';
import type { GenesysClientConfig } from '../genesys/genesysClientConfig.js';
import { genesysConfig, requiredClientId } from './genesysConfig.js';
import { objectsConfig } from './objectsConfig.js';
import { refuseSecrets } from './refuseSecrets.js';
import { Settings } from './settings.js';
import { signingKey } from './signingKey.js';
import type { ObjectsConfig, WarehouseConfig } from './storageConfig.js';
import { warehouseConfig } from './warehouseConfig.js';

/** What one process runs with: paths absolute, defaults filled in. */
export interface Config {
  /** Directory of everything embedded: Temporal's data, scratch files, pid files. Mode 0700. */
  readonly dataDirectory: string;
  readonly taskQueue: string;
  readonly warehouse: WarehouseConfig;
  readonly objects: ObjectsConfig;
  readonly budget: Settings['budget'];
  readonly export: Settings['export'];
  /** The policy of the trunk sync; null where the file has none. */
  readonly sync: SyncPolicy | null;
  /** Nightly loads as the file has them: desired state, which `rosterline nightly apply` brings about. */
  readonly nightly: readonly NightlySchedule[];
  /** What the live feed listens to; null where the file does not say: everything. */
  readonly live: LiveSettings | null;
  /** By what `rosterline coverage` and the metrics judge. */
  readonly coverage: CoverageRules;
  /** Where figures can be read; null where no port is set. */
  readonly metrics: ListenAddress | null;
  /** Where health and readiness can be asked; null where no port is set. */
  readonly health: ListenAddress | null;
  /** Where traces are sent (OTLP over HTTP); null: nowhere. */
  readonly otlpEndpoint: string | null;
  readonly logLevel: LogLevel;
  /** @throws Failure `InvalidInput` naming each variable that is missing or wrong. */
  genesys(): GenesysClientConfig;
  /** The OAuth client's id alone, for what needs no secret. @throws Failure `InvalidInput` when it is not set. */
  clientId(): string;
  /** The key that signs the chain, as PEM; null where none is set. @throws Failure `InvalidInput` when its file cannot be read, or everybody can read it. */
  signingKey(): string | null;
}

/** Where a process listens for those who watch it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the configuration from the environment and the YAML file that `ROSTERLINE_CONFIG` names.
 *
 * @throws Failure `InvalidInput` with every wrong key, its path and the reason.
 */
export function loadConfig(env: NodeJS.ProcessEnv, workingDirectory: string): Config {
  const settings = readSettings(env, workingDirectory);
  const resolve = (file: string): string => path.resolve(workingDirectory, file);
  const dataDirectory = resolve(settings.data);
  const { telemetry } = settings;
  return {
    dataDirectory,
    taskQueue: settings.taskQueue,
    warehouse: warehouseConfig(settings.warehouse, dataDirectory, resolve),
    objects: objectsConfig(settings.objects, dataDirectory, resolve),
    budget: settings.budget,
    export: settings.export,
    sync: settings.sync ?? null,
    nightly: settings.nightly,
    metrics: addressOf(telemetry.metricsHost, telemetry.metricsPort),
    health: addressOf(telemetry.healthHost, telemetry.healthPort),
    otlpEndpoint: telemetry.otlpEndpoint ?? null,
    logLevel: telemetry.logLevel,
    live: settings.live ?? null,
    coverage: settings.coverage,
    genesys: () => genesysConfig(settings.genesys, resolve),
    clientId: () => requiredClientId(settings.genesys, resolve),
    signingKey: () => signingKey(settings.signing, resolve),
  };
}

function addressOf(host: string, port: number | undefined): ListenAddress | null {
  return port === undefined ? null : { host, port };
}

function readSettings(env: NodeJS.ProcessEnv, workingDirectory: string): Settings {
  const file = env['ROSTERLINE_CONFIG'];
  const fromFile = file ? readYaml(path.resolve(workingDirectory, file)) : {};
  const parsed = Settings.safeParse(overlay(fromFile, fromEnvironment(env)));
  if (parsed.success) return parsed.data;
  throw new Failure('InvalidInput', `configuration: ${describeIssues(parsed.error)}`);
}

/** Every issue of a zod error as `path: reason`, for people. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
}

function readYaml(file: string): Record<string, unknown> {
  if (!existsSync(file)) throw new Failure('InvalidInput', `ROSTERLINE_CONFIG: no file at ${file}`);
  const content: unknown = parse(readFileSync(file, 'utf8')) ?? {};
  if (typeof content !== 'object' || Array.isArray(content))
    throw new Failure('InvalidInput', `${file}: not a mapping of settings`);
  refuseSecrets(file, content as Record<string, unknown>);
  return content as Record<string, unknown>;
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  return {
    genesys: {
      region: env['GENESYS_REGION'],
      apiUrl: env['GENESYS_API_URL'],
      loginUrl: env['GENESYS_LOGIN_URL'],
      clientId: env['GENESYS_CLIENT_ID'],
      clientIdFile: env['GENESYS_CLIENT_ID_FILE'],
      clientSecret: env['GENESYS_CLIENT_SECRET'],
      clientSecretFile: env['GENESYS_CLIENT_SECRET_FILE'],
      downloadHosts: env['GENESYS_DOWNLOAD_HOSTS']?.split(',').map((host) => host.trim()),
    },
    warehouse: {
      url: env['WAREHOUSE_URL'],
      password: env['WAREHOUSE_PASSWORD'],
      passwordFile: env['WAREHOUSE_PASSWORD_FILE'],
      memory: env['WAREHOUSE_MEMORY'],
    },
    objects: {
      url: env['OBJECTS_URL'],
      region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'],
      accessKeyId: env['AWS_ACCESS_KEY_ID'],
      accessKeyIdFile: env['AWS_ACCESS_KEY_ID_FILE'],
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'],
      secretAccessKeyFile: env['AWS_SECRET_ACCESS_KEY_FILE'],
      sessionToken: env['AWS_SESSION_TOKEN'],
      tlsCaFile: env['AWS_CA_BUNDLE'],
      retentionDays: env['OBJECTS_RETENTION_DAYS'],
      retentionMode: env['OBJECTS_RETENTION_MODE'],
    },
    signing: { key: env['ROSTERLINE_SIGNING_KEY'], keyFile: env['ROSTERLINE_SIGNING_KEY_FILE'] },
    budget: { backfillReserve: env['ROSTERLINE_BACKFILL_RESERVE'] },
    telemetry: {
      metricsPort: env['ROSTERLINE_METRICS_PORT'],
      metricsHost: env['ROSTERLINE_METRICS_HOST'],
      healthPort: env['ROSTERLINE_HEALTH_PORT'],
      healthHost: env['ROSTERLINE_HEALTH_HOST'],
      otlpEndpoint: env['OTEL_EXPORTER_OTLP_ENDPOINT'],
      logLevel: env['ROSTERLINE_LOG_LEVEL'],
    },
    data: env['ROSTERLINE_DATA'],
    taskQueue: env['ROSTERLINE_TASK_QUEUE'],
  };
}

function overlay(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined || value === '') continue;
    const under = result[key];
    result[key] = isMapping(value) ? overlay(isMapping(under) ? under : {}, value) : value;
  }
  return result;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
