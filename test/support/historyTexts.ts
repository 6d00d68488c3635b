import type { Client } from '@temporalio/client';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

/** The history of one run of a workflow. */
export interface WalkedHistory {
  readonly workflowId: string;
  readonly type: string;
  /** What a person reads in the Temporal UI's list; undefined where there is none. */
  readonly summary: string | undefined;
  readonly events: readonly HistoryEvent[];
}

/** Every history of every workflow in the client's namespace. */
export async function walkHistories(client: Client): Promise<WalkedHistory[]> {
  const walked: WalkedHistory[] = [];
  for await (const { workflowId, runId, type } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const summary = await (await handle.describe()).staticSummary();
    walked.push({ workflowId, type, summary, events: (await handle.fetchHistory()).events ?? [] });
  }
  return walked;
}

/** Every text in a value that the server sent: strings, and the bytes of payloads, read as UTF-8. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** What a person reads of an event in the Temporal UI; undefined where there is nothing. */
export function summaryOf(event: HistoryEvent): string | undefined {
  const data = event.userMetadata?.summary?.data;
  return data ? (JSON.parse(Buffer.from(data).toString('utf8')) as string) : undefined;
}
