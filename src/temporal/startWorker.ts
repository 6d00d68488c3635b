import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from '@temporalio/client';
import type { MetricMeter } from '@temporalio/common';
import { createActivities } from '../../activities/createActivities.js';
import { ExportReporter } from '../../activities/exportReporter.js';
import { JobTimes } from '../../activities/jobTimes.js';
import { LastCustodyCheck } from '../../activities/lastCustodyCheck.js';
import { LIVE_TIMES } from '../../activities/liveDeps.js';
import { PROBE_EVERY_MS } from '../../activities/toApplicationFailure.js';
import type { Config } from '../config/loadConfig.js';
import { isFailure } from '../domain/failure.js';
import { DEFAULT_LIVE_SETTINGS } from '../domain/live/liveSettings.js';
import { createDownloadLinks } from '../genesys/downloadLinks.js';
import { documentedLimits } from '../genesys/documentedLimits.js';
import { createGenesysClient } from '../genesys/createGenesysClient.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { watchers } from '../telemetry/callWatcher.js';
import { NO_LIVE_WATCHER } from '../telemetry/liveWatcher.js';
import type { Logger } from '../telemetry/createLog.js';
import { publishCoverage } from './coverageMetrics.js';
import { createBudgetLink, keeperIdOf } from './budgetLink.js';
import { callMetrics } from './callMetrics.js';
import { connectWorker } from './connectWorker.js';
import { createWorkers } from './createWorkers.js';
import { publishExports } from './exportMetrics.js';
import { lookAtObjects, lookAtTemporal, lookAtWarehouse } from './healthLooks.js';
import { liveMetrics } from './liveMetrics.js';
import { publishLimits } from './limitMetrics.js';
import { publishNightly } from './nightly/nightlyMetrics.js';
import { tellObjectsMark } from './objectsMark.js';
import { openLiveStore } from './openLiveStore.js';
import { answerAsOwner } from './owner/answerAsOwner.js';
import { openObjects } from './openObjects.js';
import { isSingleOwner, openWarehouse } from './openWarehouse.js';
import { reachWarehouse } from './reachWarehouse.js';
import { runWorkers } from './runWorkers.js';
import { refuseOtherObjects } from './sharedObjects.js';
import type { Tracing } from './tracing/startTracing.js';
import type { WorkerHealth } from './workerHealth.js';

/** A worker process's work, until it is told to stop. */
export interface RunningWorker {
  readonly organisation: { readonly id: string; readonly name: string };
  /** Settles when all work has ended after `stop`, or rejects when the worker cannot go on. */
  readonly ended: Promise<void>;
  /** Takes no more work; lets calls and loads end. */
  stop(): void;
}

/** Seconds between tries to reach Genesys at start, while it does not answer. */
const REACH_AGAIN_MS = 5000;

/**
 * Connects to Temporal, Genesys and the warehouse, and starts working.
 *
 * Reads the organisation's id first, as the one call in flight: from its answer the client learns how much of the budget is left.
 *
 * @throws Failure `Unauthorized`, `Forbidden` or `InvalidInput` when Genesys refuses the client; `Blocked` when Temporal does not
 *   answer.
 */
export async function startWorker(
  config: Config,
  log: Logger,
  options: {
    ownsWarehouse: boolean;
    temporalAddress?: string;
    meter?: MetricMeter | null;
    /** Told how to look whether this worker can work. */
    health?: WorkerHealth | null;
  },
): Promise<RunningWorker> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  const settings = config.genesys();
  const { connection, namespace } = await connectWorker(options.temporalAddress);
  // Queries of a keeper that has ended must fail: it would go on answering with what it knew.
  const client = new Client({ connection, namespace, workflow: { queryRejectCondition: 'NOT_OPEN' } });
  options.health?.watch('temporal', lookAtTemporal(client));
  const tracing = await tracingOf(config, settings.clientSecret, log);
  const budget = createBudgetLink({ client, clientId: settings.clientId, taskQueue: config.taskQueue, log });
  const genesys = createGenesysClient(settings, {
    log,
    budget,
    reserveShare: config.budget.backfillReserve,
    watcher: watchers([...(options.meter ? [callMetrics(options.meter)] : []), ...(tracing ? [tracing.watcher] : [])]),
  });
  const stopping = new AbortController();
  const keeperId = keeperIdOf(settings.clientId);
  if (options.meter) {
    void publishLimits({ client, keeperId, meter: options.meter }, stopping.signal);
    void publishExports({ client, taskQueue: config.taskQueue, meter: options.meter }, stopping.signal);
    void publishNightly({ client, config, meter: options.meter }, stopping.signal);
  }
  const disconnect = async (): Promise<void> => {
    stopping.abort();
    await genesys.close();
    await budget.close();
    await connection.close();
    await tracing?.close();
  };
  const organisation = await reachOrganisation(genesys, log).catch(async (error: unknown) => {
    await disconnect();
    throw error;
  });
  options.health?.watch('genesys', () => genesys.login());
  void documentedLimits(genesys, log).then((limits) => {
    if (limits.length > 0) budget.documented(limits);
  });
  const warehouse = options.ownsWarehouse ? openWarehouse(config) : null;
  const liveStore = options.ownsWarehouse ? openLiveStore(config) : null;
  const stoppingToListen = new AbortController();
  const objects = openObjects(config);
  const mark = options.ownsWarehouse ? await tellObjectsMark(config, log) : null;
  if (options.ownsWarehouse && !isSingleOwner(config)) await refuseOtherObjects(client, config);
  if (warehouse !== null) await reachWarehouse(warehouse, log);
  const answering =
    warehouse !== null && config.warehouse.kind === 'duckdb'
      ? await answerAsOwner(config.warehouse.path, warehouse, log)
      : null;
  if (warehouse !== null) options.health?.watch('warehouse', lookAtWarehouse(config, warehouse));
  if (warehouse !== null && options.meter)
    void publishCoverage({ config, client, warehouse, meter: options.meter }, stopping.signal);
  options.health?.watch('objects', lookAtObjects(config, objects));
  const workers = await createWorkers({
    connection,
    namespace,
    taskQueue: config.taskQueue,
    ownsWarehouse: options.ownsWarehouse,
    ownerMark: mark,
    ...(tracing && { interceptors: tracing.interceptors }),
    activities: createActivities({
      genesys,
      organisation,
      objects,
      warehouse,
      links: createDownloadLinks(),
      jobTimes: new JobTimes(path.join(config.dataDirectory, 'job-times.json')),
      lastCustodyCheck: new LastCustodyCheck(path.join(config.dataDirectory, 'custody-check.json')),
      reporter: new ExportReporter(),
      settings: config.export,
      coverageRules: config.coverage,
      syncPolicy: config.sync,
      live: liveStore && {
        store: liveStore,
        settings: config.live ?? DEFAULT_LIVE_SETTINGS,
        hosts: { apiUrl: settings.apiUrl },
        watcher: options.meter ? liveMetrics(options.meter) : NO_LIVE_WATCHER,
        stopping: stoppingToListen.signal,
        times: LIVE_TIMES,
      },
      scratchDirectory: path.join(config.dataDirectory, 'scratch'),
      probeEveryMs: PROBE_EVERY_MS,
      now: () => new Date(),
    }),
  });
  const running = runWorkers(workers, budget);
  options.health?.watchWorkers(() => running.states());
  const closeAll = async (): Promise<void> => {
    await answering?.close();
    await warehouse?.release();
    await liveStore?.release();
    await disconnect();
  };
  const ended = running.ended.then(closeAll, async (reason: unknown) => {
    await closeAll().catch((error: unknown) => log.warn({ said: String(error) }, 'not all could be closed'));
    throw reason;
  });
  const stop = (): void => {
    options.health?.drains();
    stoppingToListen.abort();
    running.stop();
  };
  return { organisation, ended, stop };
}

/** Traces are loaded where somebody wants them, and nowhere else. */
async function tracingOf({ otlpEndpoint }: Config, clientSecret: string, log: Logger): Promise<Tracing | null> {
  if (otlpEndpoint === null) return null;
  const { startTracing } = await import('./tracing/startTracing.js');
  return startTracing(otlpEndpoint, log, [clientSecret]);
}

async function reachOrganisation(genesys: GenesysClient, log: Logger): Promise<{ id: string; name: string }> {
  for (;;) {
    try {
      return (await genesys.organization()).value;
    } catch (error) {
      if (!isFailure(error, 'Transient', 'Throttled')) throw error;
      const waitMs = Math.max(REACH_AGAIN_MS, (error.facts.retryAtMs ?? 0) - Date.now());
      log.warn({ waitSeconds: Math.round(waitMs / 1000) }, `Genesys is not to be reached yet: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
