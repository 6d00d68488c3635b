import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError, ServiceError, WorkflowFailedError } from '@temporalio/client';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';

/** What an export ended with, however often the Temporal server is away meanwhile. @throws WorkflowFailedError. */
export async function resultThrough(client: Client, workflowId: string): Promise<HistoryExportResult> {
  return await through(async () => (await client.workflow.getHandle(workflowId).result()) as HistoryExportResult);
}

/** Asks a Temporal server that may be away, until it answers. */
export async function through<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw error;
      if (!(error instanceof ServiceError) && !isGrpcServiceError(error)) throw error;
      await sleep(200);
    }
  }
}
