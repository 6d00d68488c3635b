import type { Client } from '@temporalio/client';
import { type HistoryEvent, walkHistories } from './historyTexts.js';

/** Activities that a process began, by what they need: calls of the API, or the warehouse. */
export interface ProcessWork {
  api: number;
  warehouse: number;
}

/**
 * Activities that each worker process began, by process id, from every history of the client's namespace.
 *
 * @param queues the warehouse's task queue, and how those for calls of the API begin.
 */
export async function workByProcess(
  client: Client,
  queues: { readonly api: string; readonly warehouse: string },
): Promise<Map<number, ProcessWork>> {
  const byProcess = new Map<number, ProcessWork>();
  for (const { events } of await walkHistories(client)) {
    const queueOf = new Map(events.map((event) => [String(event.eventId), taskQueueOf(event)]));
    for (const { activityTaskStartedEventAttributes: started } of events) {
      if (!started) continue;
      const pid = Number(/^\d+/.exec(started.identity ?? '')?.[0]);
      const queue = queueOf.get(String(started.scheduledEventId)) ?? '';
      const work = byProcess.get(pid) ?? { api: 0, warehouse: 0 };
      if (queue === queues.warehouse) work.warehouse++;
      if (queue.startsWith(queues.api)) work.api++;
      byProcess.set(pid, work);
    }
  }
  return byProcess;
}

function taskQueueOf(event: HistoryEvent): string {
  return event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? '';
}
