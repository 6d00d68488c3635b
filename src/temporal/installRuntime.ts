import type { MetricMeter } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { ListenAddress } from '../config/loadConfig.js';
import { Failure } from '../domain/failure.js';
import type { Logger } from '../telemetry/createLog.js';
import { HISTOGRAM_BUCKETS } from './callMetrics.js';

/**
 * Sends Temporal's own log lines through ours, redaction included. Once a process, before any worker or connection.
 *
 * @param metrics where to offer figures to Prometheus (`/metrics`): Temporal's own and ours on one endpoint; null: nowhere.
 * @returns where to put figures of ours; null where there are none.
 * @throws Failure `Blocked` when something else listens there.
 */
export function installRuntime(log: Logger, metrics: ListenAddress | null): MetricMeter | null {
  const runtime = install(log, metrics);
  return metrics === null ? null : runtime.metricMeter;
}

function install(log: Logger, metrics: ListenAddress | null): Runtime {
  try {
    return Runtime.install({
      logger: temporalsLog(log),
      telemetryOptions: {
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        ...(metrics === null ? {} : { metrics: { prometheus: prometheus(metrics) } }),
      },
      // Signals are the command's to handle: it says what it waits for.
      shutdownSignals: [],
    });
  } catch (error) {
    if (metrics === null || !String(error).includes('prometheus')) throw error;
    throw new Failure(
      'Blocked',
      `The metrics cannot be offered on port ${metrics.port} of ${metrics.host} (${said(error)}). Nothing was started. ` +
        'Set ROSTERLINE_METRICS_PORT to a free port, another for each process.',
      {},
      { cause: error },
    );
  }
}

function prometheus({ host, port }: ListenAddress) {
  return {
    bindAddress: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    countersTotalSuffix: true,
    unitSuffix: true,
    useSecondsForDurations: true,
    histogramBucketOverrides: { ...HISTOGRAM_BUCKETS },
  };
}

function temporalsLog(log: Logger): DefaultLogger {
  return new DefaultLogger(log.level === 'debug' ? 'DEBUG' : 'INFO', ({ level, message, meta }) => {
    const facts = { ...meta };
    switch (level) {
      case 'ERROR':
        return log.error(facts, message);
      case 'WARN':
        return log.warn(facts, message);
      case 'INFO':
        return log.info(facts, message);
      default:
        return log.debug(facts, message);
    }
  });
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
