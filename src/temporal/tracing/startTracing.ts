import { DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { WorkerInterceptors } from '@temporalio/worker';
import type { CallWatcher } from '../../telemetry/callWatcher.js';
import type { Logger } from '../../telemetry/createLog.js';
import { ActiveSpans } from './activeSpans.js';
import { hidingExporter } from './hidingExporter.js';
import { ofRun } from './ofRun.js';

/** A process whose activities are traced. */
export interface Tracing {
  readonly interceptors: WorkerInterceptors;
  /** Notes each call of the API in the span of the activity that made it. */
  readonly watcher: CallWatcher;
  /** Sends what is left, and ends. */
  close(): Promise<void>;
}

/**
 * Sends a span for each attempt of an activity to an OTLP receiver (`<endpoint>/v1/traces`, JSON over HTTP); one trace a workflow run.
 *
 * Loaded only where an endpoint is set. Spans hold names of activities and workflows, ids, families and statuses: no rows, no names of
 * people, no secrets. Headers of the receiver come from `OTEL_EXPORTER_OTLP_HEADERS`.
 *
 * A receiver that does not answer is told in the log and holds nothing up.
 *
 * @param secrets that this process knows, to be hidden wherever they stand.
 */
export function startTracing(endpoint: string, log: Logger, secrets: readonly string[]): Tracing {
  const tell = (message: string): void => log.warn({}, `traces: ${message}`);
  const quiet = (): void => undefined;
  diag.setLogger({ error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: new Resource({ 'service.name': 'rosterline' }),
    spanProcessors: [new BatchSpanProcessor(hidingExporter(exporter, secrets))],
  });
  provider.register({ contextManager: new ActiveSpans() });
  const tracer = provider.getTracer('rosterline');
  const note = (event: string, attributes: Record<string, string | number>): void => {
    trace.getActiveSpan()?.addEvent(event, attributes);
  };
  return {
    interceptors: {
      activity: [
        ({ info }) => ({ inbound: ofRun(info) }),
        (context) => ({
          inbound: new OpenTelemetryActivityInboundInterceptor(context, { tracer }),
          outbound: new OpenTelemetryActivityOutboundInterceptor(context),
        }),
      ],
    },
    watcher: {
      answered: (family, status) => note('call answered', { family, status: status ?? 'none' }),
      refused: (family) => note('call refused', { family }),
      waited: (family, ms) => note('call waited', { family, ms: Math.round(ms) }),
      putOff: (family) => note('call put off', { family }),
    },
    close: async () => {
      await provider.shutdown().catch((error: unknown) => tell(String(error)));
    },
  };
}
