import type { WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../domain/exportProgress.js';

/** How long a start waits to see the export planned: reading the units takes a second or two. */
const WAIT_FOR_PLAN_MS = 5_000;
const ASK_EVERY_MS = 200;

/**
 * Waits until an export has planned its windows, so that whoever starts it sees at once that a unit does not exist or a day is not over.
 *
 * Five seconds at most: an export that waits for a worker, a gate or a person goes on by itself.
 *
 * @throws WorkflowFailedError when the export ends in a failure meanwhile.
 */
export async function untilPlanned(handle: WorkflowHandle): Promise<void> {
  const ended = handle.result().then(() => true);
  // What comes after the wait is nobody's here.
  ended.catch(() => undefined);
  const giveUpAtMs = Date.now() + WAIT_FOR_PLAN_MS;
  while (Date.now() < giveUpAtMs) {
    const planned = handle.query<ExportProgress>('progress').then(
      ({ windows }) => windows.total > 0,
      () => false,
    );
    if (await Promise.race([ended, planned, after(giveUpAtMs - Date.now())])) return;
    if (await Promise.race([ended, after(ASK_EVERY_MS)])) return;
  }
}

async function after(ms: number): Promise<false> {
  return await new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
