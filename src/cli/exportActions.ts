import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { ExportProgress } from '../domain/exportProgress.js';
import { Failure } from '../domain/failure.js';
import { describeRange, type HistoryExportInput } from '../domain/historyExportInput.js';
import type { HistoryExportResult } from '../domain/historyExportResult.js';
import { withClient } from '../temporal/connectClient.js';
import { exportId } from './exportId.js';
import { withReason } from './exportReason.js';
import { describeResult } from './exportResultText.js';
import { followExport } from './followExport.js';
import { EXIT, type ExitCode, type Output } from './output.js';
import { progressText } from './progressText.js';
import { watching } from './status/watching.js';
import { untilPlanned } from './untilPlanned.js';

const WATCH_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 5_000;

/** Starts an export, or attaches to the one of the same id that runs; shows it to its end where asked. */
export async function startExport(
  taskQueue: string,
  input: HistoryExportInput,
  options: { workflowId?: string; wait?: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => await start(client, taskQueue, input, options, output));
}

/** Shows how far an export is, or how it ended; with `watch` until it ends or Ctrl-C. */
export async function showExport(workflowId: string, { watch }: { watch: boolean }, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    if (watch) await watchExport(client, workflowId, output);
    return await showStatus(client, workflowId, output);
  });
}

async function start(
  client: Client,
  taskQueue: string,
  input: HistoryExportInput,
  options: { workflowId?: string; wait?: boolean },
  output: Output,
): Promise<ExitCode> {
  const workflowId = options.workflowId ?? exportId(input);
  const handle = await client.workflow.start('historyExport', {
    taskQueue,
    workflowId,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `${input.datasets.join(' and ')}, ${describeRange(input)}`,
  });
  output.say(`export ${workflowId} runs`);
  if (!options.wait) {
    await withReason(untilPlanned(handle));
    output.say(`see how far it is: rosterline export status ${workflowId}`);
    output.result({ workflowId, runId: handle.firstExecutionRunId });
    return EXIT.done;
  }
  const result = await withReason(followExport(client, workflowId));
  for (const line of describeResult(result)) output.say(line);
  output.result({ workflowId, ...result });
  return result.status === 'complete' ? EXIT.done : EXIT.completeWithGaps;
}

async function describedExport(handle: WorkflowHandle): Promise<WorkflowExecutionDescription> {
  return await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Failure('InvalidInput', `there is no export ${handle.workflowId} on this Temporal server`);
  });
}

async function showStatus(client: Client, workflowId: string, output: Output): Promise<ExitCode> {
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await describedExport(handle);
  if (status.name === 'COMPLETED') {
    const result = (await handle.result()) as HistoryExportResult;
    for (const line of describeResult(result)) output.say(line);
    output.result({ workflowId, state: status.name, ...result });
    return result.status === 'complete' ? EXIT.done : EXIT.completeWithGaps;
  }
  if (status.name !== 'RUNNING') {
    await withReason(handle.result());
    return EXIT.failed;
  }
  const progress = await handle.query<ExportProgress>('progress');
  output.say(progressText(progress, Date.now()));
  output.result({ workflowId, state: status.name, ...progress });
  return EXIT.done;
}

/** Shows an export's progress again and again. An unanswered question (a worker restarts) is told, and asked again. */
async function watchExport(client: Client, workflowId: string, output: Output): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  await watching({ watch: true, everyMs: WATCH_EVERY_MS }, output, async () => {
    const { status } = await describedExport(handle);
    if (status.name !== 'RUNNING') return { lines: [], result: { workflowId, state: status.name }, isOver: true };
    const asked = async () => await handle.query<ExportProgress>('progress');
    const progress = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, asked).catch(() => null);
    const lines = [progress ? progressText(progress, Date.now()) : 'no worker answers; asked again'];
    return { lines, result: { workflowId, state: status.name, ...(progress ?? {}) } };
  });
}
