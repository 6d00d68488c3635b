import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const USABLE_WITHIN_MS = 60_000;

/**
 * A namespace of a test's own on the shared server, so that workflow ids and lists of workflows are its own too.
 *
 * Waits until the server takes work for it, which it learns some seconds after the registration.
 */
export async function temporalNamespace(connection: Connection, name: string): Promise<string> {
  const namespace = `${name}-${randomUUID().slice(0, 8)}`;
  const { workflowService } = connection;
  await workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  const giveUpAtMs = Date.now() + USABLE_WITHIN_MS;
  for (;;) {
    try {
      await workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
      return namespace;
    } catch (error) {
      if (Date.now() > giveUpAtMs) throw error;
      await sleep(100);
    }
  }
}
