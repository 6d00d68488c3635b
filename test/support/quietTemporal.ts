import { DefaultLogger, type LogLevel, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/**
 * Lets Temporal's SDK print only warnings and errors. Call it at a test file's top level, before any worker is made.
 *
 * @param level `ERROR` where the tests provoke refusals, each of which is a warning.
 */
export function quietTemporal(level: LogLevel & ('WARN' | 'ERROR') = 'WARN'): void {
  Runtime.install({
    logger: new DefaultLogger(level),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: level, other: level }) } },
  });
}
