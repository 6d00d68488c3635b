import type { Client } from '@temporalio/client';
import { ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/common';
import type { HistoryExportResult } from '../../domain/historyExportResult.js';
import { HISTORY_EXPORT } from '../export/namedExport.js';

/** Days back, and how many of each kind are looked at. */
const DAYS_BACK = 14;
const AT_MOST = 40;

/** How often workflows of a type ended so. `reason` is a failure's name (docs/errors.md), or how Temporal ended it. */
export interface CountedEnd {
  readonly workflow: string;
  readonly reason: string;
  readonly count: number;
  readonly last: string | null;
}

/** How workflows failed of late, and which gaps exports had: names of failures alone, no messages and no ids. */
export async function recentFailures(client: Client, taskQueue: string): Promise<CountedEnd[]> {
  const ends = new Map<string, CountedEnd>();
  const add = (workflow: string, reason: string, at: string | null): void => {
    const key = `${workflow} ${reason}`;
    const before = ends.get(key);
    ends.set(key, { workflow, reason, count: (before?.count ?? 0) + 1, last: before?.last ?? at });
  };
  const since = new Date(Date.now() - DAYS_BACK * 86_400_000).toISOString();
  const ofQueue = `TaskQueue = "${taskQueue}" AND CloseTime > "${since}"`;
  const bad = `${ofQueue} AND (ExecutionStatus = "Failed" OR ExecutionStatus = "TimedOut" OR ExecutionStatus = "Terminated" OR ExecutionStatus = "Canceled")`;
  for (const { type, handle, state, at } of await first(client, bad))
    add(type, state === 'FAILED' ? await failureName(() => handle.result()) : state.toLowerCase(), at);
  const done = `${ofQueue} AND WorkflowType = "${HISTORY_EXPORT}" AND ExecutionStatus = "Completed"`;
  for (const { handle, at } of await first(client, done)) {
    const { gaps } = (await handle.result()) as HistoryExportResult;
    for (const { reason } of gaps) add('gap of an export', reason, at);
  }
  return [...ends.values()];
}

async function first(client: Client, query: string) {
  const found = [];
  for await (const { type, workflowId, runId, status, closeTime } of client.workflow.list({ query })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    found.push({ type, handle, state: status.name, at: closeTime?.toISOString() ?? null });
    if (found.length === AT_MOST) break;
  }
  return found;
}

async function failureName(result: () => Promise<unknown>): Promise<string> {
  try {
    await result();
    return 'none';
  } catch (error) {
    return nameIn(error) ?? 'not known';
  }
}

function nameIn(error: unknown): string | null {
  if (error instanceof ApplicationFailure) return error.type ?? 'Error';
  if (error instanceof TimeoutFailure) return 'timed out';
  if (error instanceof TemporalFailure || error instanceof Error) return nameIn(error.cause);
  return null;
}
