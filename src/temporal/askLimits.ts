import { Client } from '@temporalio/client';
import type { LimitsTable } from '../domain/budget/limitsTable.js';

/**
 * Asks the keeper of a budget what is known of the limits.
 *
 * @param nowMs of the asker: the keeper's own clock stands still while nothing is told.
 * @throws WorkflowNotFoundError where there is no keeper, QueryRejectedError where it has ended: it would go on answering.
 */
export async function askLimits(
  { connection, options }: Client,
  keeperId: string,
  nowMs: number,
): Promise<LimitsTable> {
  const { namespace } = options;
  const client = new Client({ connection, namespace, workflow: { queryRejectCondition: 'NOT_OPEN' } });
  return await client.workflow.getHandle(keeperId).query<LimitsTable, [number]>('limits', nowMs);
}
