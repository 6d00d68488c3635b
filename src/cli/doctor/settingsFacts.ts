import type { Config } from '../../config/loadConfig.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/taskQueues.js';
import { connectionSettings } from '../../temporal/connectionSettings.js';

/**
 * Settings as far as support needs them: kinds, numbers, and whether something is set.
 *
 * Chosen one by one, not taken out of all there are: a setting that comes later is not told before somebody has looked at it. Addresses,
 * paths and names of queues and namespaces are people's own words and may name the organisation.
 */
export function settingsFacts(config: Config, env: NodeJS.ProcessEnv) {
  const { warehouse, objects, budget, nightly, sync, live } = config;
  return {
    variablesSet: Object.keys(env).filter((name) =>
      /^(GENESYS|WAREHOUSE|OBJECTS|ROSTERLINE|TEMPORAL|AWS|OTEL)_/.test(name),
    ),
    region: env['GENESYS_REGION'] ?? null,
    taskQueue: config.taskQueue === DEFAULT_TASK_QUEUE ? 'default' : 'set',
    warehouse: warehouse.kind,
    objects: objects.kind,
    backfillReserve: budget.backfillReserve,
    provisionalDays: config.export.provisionalDays,
    occupancyFormula: config.export.occupancyFormula,
    nightlyLoads: nightly.length,
    sync: sync === null ? 'none' : 'set',
    live: live === null ? 'default' : 'set',
    metrics: config.metrics !== null,
    health: config.health !== null,
    traces: config.otlpEndpoint !== null,
    logLevel: config.logLevel,
    temporal: temporalFacts(),
  };
}

function temporalFacts() {
  try {
    const { connectionOptions, namespace } = connectionSettings();
    const { address, tls, apiKey } = connectionOptions;
    const where = /^(127\.|localhost|\[::1\])/.test(address)
      ? 'loopback'
      : /\.tmprl\.cloud:/.test(address)
        ? 'cloud'
        : 'elsewhere';
    return {
      where,
      tls: Boolean(tls),
      apiKey: Boolean(apiKey),
      namespace: namespace === 'default' ? 'default' : 'set',
    };
  } catch {
    return { where: 'the settings cannot be read' };
  }
}
