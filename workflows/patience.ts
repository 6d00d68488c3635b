import {
  CancellationScope,
  condition,
  type ExternalWorkflowHandle,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { Lane } from '../src/domain/lane.js';
import { causeOf, failedWith, ranOutOfTime } from './failedWith.js';
import { type Cause, holdSignal, proceedSignal, windowBlockedSignal, windowUnblockedSignal } from './messages.js';
import { activitiesOf, type QueuedActivities, type WhenCancelled } from './policies.js';
import { StepHold } from './stepHold.js';

/** Runs one step of a window, however long its causes last; `evenHeld` also while an operator has paused the export. */
export type Patiently = <T>(
  step: (activities: QueuedActivities) => Promise<T>,
  options?: { readonly evenHeld?: boolean },
) => Promise<T>;

/**
 * Makes steps outlast causes that are not the window's: a wrong secret, a full disk, a locked file.
 *
 * A blocked window keeps what it has (its job, its landings) and tells the export, which pauses and lets one blocked window try once
 * a minute, by activity retries that leave no history. When that one gets through, all go on. A window without an export tries by
 * itself. An operator who pauses the export holds its steps: `StepHold`.
 */
export function patiently(windowId: string, lane: Lane, cancelled: WhenCancelled): Patiently {
  const { taskQueue, parent } = workflowInfo();
  const impatient = activitiesOf(taskQueue, 'impatient', lane, cancelled);
  const probing = activitiesOf(taskQueue, 'probing', lane, cancelled);
  const orders: { probe: boolean }[] = [];
  const hold = new StepHold();
  let isBlocked = false;
  setHandler(proceedSignal, (told) => {
    orders.push(told);
  });
  setHandler(holdSignal, (told) => hold.tell(told));

  return async (step, { evenHeld = false } = {}) => {
    const outlast = <R>(run: () => Promise<R>): Promise<R> => (evenHeld ? run() : hold.outlast(run));
    for (;;) {
      try {
        return await untilEnded(() => outlast(() => step(impatient)));
      } catch (error) {
        if (isCancellation(error) || !failedWith(error, ...SYSTEMIC_FAILURES)) throw error;
        // Steps of a window may run side by side (the files of a job): the first that is blocked tries for all of them.
        if (isBlocked) {
          await condition(() => !isBlocked);
          continue;
        }
        isBlocked = true;
        try {
          if (await mayProbe(causeOf(error))) return await probe(() => outlast(() => step(probing)));
        } finally {
          isBlocked = false;
        }
      }
    }
  };

  /** Tells the export, and waits for its word: whether this window is the one that keeps trying. */
  async function mayProbe(cause: Cause): Promise<boolean> {
    orders.length = 0;
    const heard = await tell((exportHandle) => exportHandle.signal(windowBlockedSignal, { windowId, ...cause }));
    if (heard) await condition(() => orders.length > 0);
    return orders.at(-1)?.probe ?? true;
  }

  async function probe<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await untilEnded(step);
    } finally {
      // An end of another kind is an answer too: what stood in the way is gone.
      const telling = () => tell((exportHandle) => exportHandle.signal(windowUnblockedSignal, { windowId }));
      // A cancel that comes meanwhile must not hide what the step brought. To go once no run from before is left: there it did.
      await (patched('tells-even-cancelled') ? CancellationScope.nonCancellable(telling) : telling());
    }
  }

  /** Whether the export took the message; it may have ended, and a window may run without one. */
  async function tell(send: (exportHandle: ExternalWorkflowHandle) => Promise<void>): Promise<boolean> {
    if (parent === undefined) return false;
    try {
      await send(getExternalWorkflowHandle(parent.workflowId));
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      return false;
    }
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
