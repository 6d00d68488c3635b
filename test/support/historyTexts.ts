import type { Client } from '@temporalio/client';

/** A history as the SDK has it. */
export type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
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

/** How a person's name would look in a payload. The agent who is called null is only looked for as a string. */
export function namesAsWritten(name: string): string[] {
  const quoted = JSON.stringify(name);
  return name === 'null' ? [quoted] : [name, quoted.slice(1, -1)];
}

/** Sizes in bytes of the payloads in a value: objects with metadata and data. */
export function payloadSizes(value: unknown): number[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const { data } = value as { data?: unknown };
  if (data instanceof Uint8Array) return [data.byteLength];
  return Object.values(value).flatMap(payloadSizes);
}
