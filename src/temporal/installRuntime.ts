import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../telemetry/createLog.js';

/** Sends Temporal's own log lines through ours, redaction included. Once a process, before any worker or connection. */
export function installRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
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
    }),
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    // Signals are the command's to handle: it says what it waits for.
    shutdownSignals: [],
  });
}
