import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { ExportRig } from '../support/exportRig.js';
import { resultThrough, through } from './resultThrough.js';

const LOOK_EVERY_MS = 1000;

/**
 * An export's end, however often its servers are away meanwhile; what it hangs on, where it does not end in time.
 *
 * @param watch.pauses gets each reason for which the export stands still, as it says so.
 */
export async function endOfExport(
  rig: ExportRig,
  workflowId: string,
  { withinMinutes, pauses }: { readonly withinMinutes: number; readonly pauses: string[] },
): Promise<{ result: HistoryExportResult } | { failed: string }> {
  const looking = new AbortController();
  const watching = (async () => {
    while (!looking.signal.aborted) {
      const progress = await rig.client.workflow
        .getHandle(workflowId)
        .query<{ paused: { reason: string } | null }>('progress')
        .catch(() => undefined);
      const reason = progress?.paused?.reason;
      if (reason !== undefined && pauses.at(-1) !== reason) pauses.push(reason);
      await sleep(LOOK_EVERY_MS, undefined, { signal: looking.signal }).catch(() => undefined);
    }
  })();
  try {
    const result = resultThrough(rig.client, workflowId).then(
      (ended) => ({ result: ended }),
      (error: unknown) => ({ failed: describe(error) }),
    );
    const late = sleep(withinMinutes * 60_000, undefined, { signal: looking.signal }).catch(() => undefined);
    const hanging = async () => ({
      failed: `has not ended within ${withinMinutes} min; pending: ${await hangsOn(rig)}`,
    });
    return await Promise.race([result, late.then(hanging)]);
  } finally {
    looking.abort();
    await watching;
  }
}

async function hangsOn(rig: ExportRig): Promise<string> {
  const pending: string[] = [];
  for await (const { workflowId } of rig.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    const { raw } = await through(() => rig.client.workflow.getHandle(workflowId).describe());
    for (const { activityType, attempt, lastFailure } of raw.pendingActivities ?? [])
      pending.push(`${workflowId}: ${activityType?.name} attempt ${attempt}, ${lastFailure?.message}`);
  }
  return pending.slice(0, 5).join(' | ');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${describe(error.cause)}` : error.message;
}
