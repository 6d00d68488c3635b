import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';

/** A signal in a workflow's history: what it said, and when the server wrote it down. */
export interface SignalTaken {
  readonly name: string;
  readonly told: Readonly<Record<string, unknown>>;
  readonly takenMs: number;
}

/** Every signal that a workflow took, over all runs from the first on. */
export async function signalsOf(client: Client, workflowId: string, firstRunId: string): Promise<SignalTaken[]> {
  const signals: SignalTaken[] = [];
  let runId: string | null = firstRunId;
  while (runId !== null) {
    const events = await eventsOf(client, workflowId, runId);
    for (const { workflowExecutionSignaledEventAttributes: signalled, eventTime } of events) {
      const [payload] = signalled?.input?.payloads ?? [];
      if (signalled?.signalName && payload)
        signals.push({
          name: signalled.signalName,
          told: defaultPayloadConverter.fromPayload(payload),
          takenMs: Number(eventTime?.seconds) * 1000 + (eventTime?.nanos ?? 0) / 1e6,
        });
    }
    runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? null;
  }
  return signals;
}

async function eventsOf(client: Client, workflowId: string, runId: string) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events ?? [];
}
