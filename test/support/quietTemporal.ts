import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Lets Temporal's SDK print only warnings and errors. Call it at a test file's top level, before any worker is made. */
export function quietTemporal(): void {
  Runtime.install({ logger: new DefaultLogger('WARN') });
}
