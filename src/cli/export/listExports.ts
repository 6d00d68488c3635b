import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { ExportProgress } from '../../domain/exportProgress.js';
import type { HistoryExportResult } from '../../domain/historyExportResult.js';
import { withClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { exportListText } from './exportListText.js';
import type { ListedExport } from './listedExport.js';
import { HISTORY_EXPORT } from './namedExport.js';

/** How long the exports that run may take to say how far they are, all at once. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * Shows the exports that run, how far each is, and the last that ended: those of this task queue.
 *
 * @param recent how many of those that ended are shown.
 */
export async function listExports(
  taskQueue: string,
  { recent }: { recent: number },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const running = await runningExports(client, taskQueue);
    const ended = await endedExports(client, taskQueue, recent);
    const nowMs = Date.now();
    for (const line of exportListText(running, nowMs)) output.say(line);
    if (running.length === 0) output.say('no export runs');
    if (ended.length > 0) output.say(`ended, the last ${ended.length} first:`);
    for (const line of exportListText(ended, nowMs)) output.say(line);
    output.result({ running, ended });
    return EXIT.done;
  });
}

/** The exports of a task queue that run, by Temporal's visibility, with what each says of itself. */
export async function runningExports(client: Client, taskQueue: string): Promise<ListedExport[]> {
  const found = await listed(client, `${ofQueue(taskQueue)} AND ExecutionStatus = "Running"`, Infinity);
  const untilMs = Date.now() + ANSWER_WITHIN_MS;
  return await Promise.all(found.map(async (info) => await asRunning(client, info, untilMs)));
}

async function endedExports(client: Client, taskQueue: string, recent: number): Promise<ListedExport[]> {
  const query = `${ofQueue(taskQueue)} AND ExecutionStatus != "Running" AND ExecutionStatus != "ContinuedAsNew"`;
  const found = await listed(client, query, recent);
  return await Promise.all(found.map(async (info) => await asEnded(client, info)));
}

function ofQueue(taskQueue: string): string {
  return `WorkflowType = "${HISTORY_EXPORT}" AND TaskQueue = "${taskQueue}"`;
}

/** The latest first. */
async function listed(client: Client, query: string, most: number): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  if (most === 0) return found;
  for await (const info of client.workflow.list({ query })) if (found.push(info) >= most) break;
  return found.sort((one, other) => atMs(other) - atMs(one));
}

function atMs({ startTime, closeTime }: WorkflowExecutionInfo): number {
  return (closeTime ?? startTime).getTime();
}

async function asRunning(client: Client, info: WorkflowExecutionInfo, untilMs: number): Promise<ListedExport> {
  const handle = client.workflow.getHandle(info.workflowId);
  try {
    return await client.withDeadline(untilMs, async () => {
      const { staticSummary } = await handle.describe();
      const summary = (await staticSummary()) ?? null;
      const progress = await handle.query<ExportProgress>('progress').catch(() => null);
      return { ...factsOf(info), summary, progress, unknown: progress === null ? 'no worker answers' : null };
    });
  } catch (error) {
    return { ...factsOf(info), unknown: error instanceof Error ? error.message : String(error) };
  }
}

async function asEnded(client: Client, info: WorkflowExecutionInfo): Promise<ListedExport> {
  const handle = client.workflow.getHandle(info.workflowId, info.runId);
  if (info.status.name !== 'COMPLETED') return factsOf(info);
  try {
    const result = (await handle.result()) as HistoryExportResult;
    return { ...factsOf(info), summary: `${result.range.from} to ${result.range.to} (exclusive)`, result };
  } catch (error) {
    return { ...factsOf(info), unknown: error instanceof Error ? error.message : String(error) };
  }
}

function factsOf({ workflowId, runId, status, startTime, closeTime }: WorkflowExecutionInfo): ListedExport {
  return {
    workflowId,
    runId,
    state: status.name,
    startedAt: startTime.toISOString(),
    endedAt: closeTime?.toISOString() ?? null,
    summary: null,
    progress: null,
    result: null,
    unknown: null,
  };
}
