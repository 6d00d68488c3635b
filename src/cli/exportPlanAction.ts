import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Config } from '../config/loadConfig.js';
import { isFailure } from '../domain/failure.js';
import { describeRange, type HistoryExportInput } from '../domain/historyExportInput.js';
import type { ExportEstimate } from '../domain/plannedExport.js';
import { warehouseQueue } from '../domain/taskQueues.js';
import { connectClient } from '../temporal/connectClient.js';
import { describePlan } from './exportPlanText.js';
import { withReason } from './exportReason.js';
import { EXIT, type ExitCode, type Output } from './output.js';
import { createStatusLine, type StatusLine } from './statusLine.js';

/** How long ago a worker may have asked for work and still count as there: a question waits a minute for work. */
const SEEN_WITHIN_MS = 75_000;
/** How long to look for a Temporal server: where there is none, this process can plan. */
const CONNECT_WITHIN_MS = 3_000;
/** How long a plan may take: hours only where a gate is closed for hours, and then it is better asked for again. */
const LONGEST_PLAN = '15 minutes';
const LOOK_EVERY_MS = 1000;

/**
 * Shows what an export would come to, and starts nothing.
 *
 * The worker plans, where one runs: it has the warehouse, the job times that it learnt, and the one budget of calls. Where none does,
 * this process plans by itself.
 */
export async function planExport(config: Config, input: HistoryExportInput, output: Output): Promise<ExitCode> {
  const status = createStatusLine();
  try {
    const planned = await planByWorker(config, input, status);
    status.end();
    for (const line of describePlan(planned)) output.say(line);
    output.result(planned);
    return EXIT.done;
  } finally {
    status.end();
  }
}

async function planByWorker(config: Config, input: HistoryExportInput, status: StatusLine): Promise<ExportEstimate> {
  const connected = await connectClient(CONNECT_WITHIN_MS).catch((error: unknown) => {
    if (!isFailure(error, 'Blocked')) throw error;
    return null;
  });
  try {
    if (connected && (await isWorked(connected.client, config.taskQueue)))
      return await follow(connected.client, config.taskQueue, input, status);
  } finally {
    await connected?.connection.close();
  }
  const { planHere } = await import('./exportPlanHere.js');
  return await planHere(config, input, (waiting) => status.show(`no worker runs, so this process plans: ${waiting}`));
}

/** Whether a worker that owns the warehouse has asked for work lately. */
async function isWorked(client: Client, taskQueue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: warehouseQueue(taskQueue) },
    ...OF_ACTIVITIES,
  });
  const sinceMs = Date.now() - SEEN_WITHIN_MS;
  return pollers.some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > sinceMs);
}

/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API, whose enums the client does not hand on. */
const OF_ACTIVITIES: object = { taskQueueType: 2 };

async function follow(
  client: Client,
  taskQueue: string,
  input: HistoryExportInput,
  status: StatusLine,
): Promise<ExportEstimate> {
  const handle = await client.workflow.start('exportPlan', {
    taskQueue,
    workflowId: `exportPlan/${randomUUID()}`,
    args: [input],
    workflowExecutionTimeout: LONGEST_PLAN,
    staticSummary: `Plan: ${input.datasets.join(' and ')}, ${describeRange(input)}`,
  });
  const timer = setInterval(() => void show(handle, status), LOOK_EVERY_MS);
  try {
    return await withReason(handle.result() as Promise<ExportEstimate>);
  } finally {
    clearInterval(timer);
  }
}

/** Shows what the plan waits for. */
async function show(handle: WorkflowHandle, status: StatusLine): Promise<void> {
  try {
    const { raw } = await handle.describe();
    const waiting = raw.pendingActivities?.find(({ lastFailure }) => lastFailure?.message)?.lastFailure?.message;
    status.show(`the worker plans${waiting ? `: ${waiting}` : ''}`);
  } catch {
    // The next look may be answered.
  }
}
