import type { HistoryEvent } from './historyTexts.js';
import type { SyncEnvironment } from './syncEnvironment.js';

/** One run of a sync's workflow. */
export interface SyncRunHistory {
  readonly events: number;
  readonly bytes: number;
  readonly history: readonly HistoryEvent[];
}

/** The runs of an environment's sync, the latest last, back to its start. */
export async function syncRuns({ exports: { client }, syncId }: SyncEnvironment): Promise<SyncRunHistory[]> {
  const found: SyncRunHistory[] = [];
  let runId: string | undefined = (await client.workflow.getHandle(syncId).describe()).runId;
  while (runId) {
    const history: readonly HistoryEvent[] =
      (await client.workflow.getHandle(syncId, runId).fetchHistory()).events ?? [];
    const bytes = history.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
    found.unshift({ events: history.length, bytes, history });
    runId = history[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return found;
}
