import { condition, getExternalWorkflowHandle, isCancellation, setHandler, workflowInfo } from '@temporalio/workflow';
import { SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import { applicationFailure, failedWith, ranOutOfTime } from './failedWith.js';
import { proceedSignal, windowBlockedSignal, windowUnblockedSignal } from './messages.js';
import { activitiesOf, type QueuedActivities } from './policies.js';

/** Runs one step of a window, however long its causes last. */
export type Patiently = <T>(step: (activities: QueuedActivities) => Promise<T>) => Promise<T>;

/**
 * Makes steps outlast causes that are not the window's: a wrong secret, a full disk, a locked file.
 *
 * A blocked window keeps what it has (its job, its landings) and tells the export, which pauses and lets one blocked window try once
 * a minute, by activity retries that leave no history. When that one gets through, all go on. A window without an export tries by
 * itself.
 */
export function patiently(windowId: string): Patiently {
  const { taskQueue, parent } = workflowInfo();
  const impatient = activitiesOf(taskQueue, 'impatient');
  const probing = activitiesOf(taskQueue, 'probing');
  const orders: { probe: boolean }[] = [];
  setHandler(proceedSignal, (told) => {
    orders.push(told);
  });

  return async (step) => {
    for (;;) {
      try {
        return await untilEnded(() => step(impatient));
      } catch (error) {
        if (isCancellation(error) || !failedWith(error, ...SYSTEMIC_FAILURES)) throw error;
        orders.length = 0;
        const reason = applicationFailure(error)?.message ?? 'blocked';
        const heard =
          parent !== undefined && (await tell(() => exportHandle().signal(windowBlockedSignal, { windowId, reason })));
        if (heard) await condition(() => orders.length > 0);
        if (heard && orders.at(-1)?.probe === false) continue;
        try {
          return await untilEnded(() => step(probing));
        } finally {
          // An end of another kind is an answer too: what stood in the way is gone.
          if (heard) await tell(() => exportHandle().signal(windowUnblockedSignal, { windowId }));
        }
      }
    }
  };

  function exportHandle() {
    return getExternalWorkflowHandle(parent?.workflowId ?? '');
  }
}

/** Runs a step to an end that is its own: one that only ran out of time is begun anew, with the same input. */
export async function untilEnded<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!ranOutOfTime(error)) throw error;
    }
  }
}

/** Whether the export took the message; it may have ended. */
async function tell(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}
