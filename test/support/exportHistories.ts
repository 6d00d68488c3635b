import type { Client } from '@temporalio/client';
import type { History, HistoryEvent } from './historyTexts.js';

/** The history of one run. */
export interface RunHistory {
  readonly type: string;
  readonly history: History;
  readonly events: readonly HistoryEvent[];
}

/** Histories of every run of an export, then of every window it started, in the order in which they were started. */
export async function exportHistories(client: Client, workflowId: string, firstRunId: string): Promise<RunHistory[]> {
  const runs: RunHistory[] = [];
  let runId: string | null | undefined = firstRunId;
  while (runId) {
    const run: RunHistory = await historyOf(client, workflowId, runId);
    runs.push(run);
    runId = run.events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  const children = runs.flatMap(({ events }) =>
    events.flatMap((event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution ?? []),
  );
  for (const child of children) runs.push(await historyOf(client, child.workflowId ?? '', child.runId ?? ''));
  return runs;
}

async function historyOf(client: Client, workflowId: string, runId: string): Promise<RunHistory> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const events = history.events ?? [];
  return { type: events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '', history, events };
}
