import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { z } from 'zod';
import { CustodyMemo } from '../../domain/nightly/custodyCheck.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import type { NightRun } from '../../domain/nightly/nightRun.js';
import { NIGHTLY_LOAD } from '../../domain/nightly/scheduleForm.js';

const SCHEDULED_START = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

const Memo = z.object({
  nightly: z
    .object({ status: z.enum(['complete', 'completeWithGaps']), nominalTime: z.string(), endedAt: z.string() })
    .optional()
    .catch(undefined),
  custody: CustodyMemo.optional().catch(undefined),
});

/** The last runs of a nightly load that its schedule started, the newest first: from the list of workflows, which runs behind by a second or so. */
export async function nightlyRuns(client: Client, name: string, most: number): Promise<NightRun[]> {
  const runs: NightRun[] = [];
  const query = `WorkflowType = "${NIGHTLY_LOAD}" AND TemporalScheduledById = "${scheduleIdOf(name)}"`;
  for await (const info of client.workflow.list({ query, pageSize: most })) {
    runs.push(runOf(info));
    if (runs.length === most) break;
  }
  return runs;
}

function runOf(info: WorkflowExecutionInfo): NightRun {
  const { nightly, custody } = Memo.safeParse(info.memo).data ?? {};
  const nominal = info.typedSearchAttributes.get(SCHEDULED_START) ?? info.startTime;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    nominalTime: nominal.toISOString(),
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
    ...(custody && { custody }),
    state: info.status.name === 'COMPLETED' ? (nightly?.status ?? 'complete') : stateOf(info.status.name),
  };
}

function stateOf(status: string): NightRun['state'] {
  if (status === 'RUNNING') return 'running';
  return status === 'CANCELLED' || status === 'TERMINATED' ? 'cancelled' : 'failed';
}
