import type { Client } from '@temporalio/client';
import type { PurgeProgress, PurgeRequest } from '../../src/domain/purgeInput.js';
import type { purge } from '../../workflows/purge.js';

interface Asked {
  readonly client: Client;
  readonly taskQueue: string;
}

/** Purges what is older than a date, without asking. */
export async function purgeBefore(
  asked: Asked,
  before: string,
  of: Partial<PurgeRequest> = {},
): Promise<PurgeProgress> {
  return await (await startPurge(asked, before, of)).result();
}

/** Starts a purge, which waits for its confirmation where `confirmed` is false. */
export async function startPurge(
  { client, taskQueue }: Asked,
  before: string,
  of: Partial<PurgeRequest> = {},
  confirmed = true,
) {
  const request = { olderThan: before, dataset: null, managementUnitId: null, by: 'records office', ...of };
  const purgeId = `purge-${taskQueue.slice(-8)}-${before}`;
  return await client.workflow.start<typeof purge>('purge', {
    taskQueue,
    workflowId: `purge/${taskQueue}`,
    args: [{ v: 1, purgeId, request, confirmed }],
  });
}
