import { ActivityFailure, CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import { RetryState } from '@temporalio/common';

/** What a window is told when its export is paused or resumed. Of two that cross on their way, the later one counts. */
export interface HoldOrder {
  readonly order: number;
  readonly isHeld: boolean;
}

/**
 * Holds steps while an operator has paused their export.
 *
 * A step that waits to be tried again would call again: it is interrupted, and begun anew when it may go on. One whose call is in
 * flight ends by itself, and what it brings counts; the next step waits. What a step had reached is kept where it works, not in its
 * attempt: files come on their spools, jobs in results.
 */
export class StepHold {
  private readonly underWay = new Set<CancellationScope>();
  private last: HoldOrder = { order: 0, isHeld: false };

  /** Holds, or lets go. */
  tell(told: HoldOrder): void {
    if (told.order <= this.last.order) return;
    this.last = told;
    if (told.isHeld) for (const scope of this.underWay) scope.cancel();
  }

  get order(): number {
    return this.last.order;
  }

  get isHeld(): boolean {
    return this.last.isHeld;
  }

  /** Runs a step, however often it is interrupted. @throws whatever ends the step otherwise. */
  async outlast<T>(step: () => Promise<T>): Promise<T> {
    const around = CancellationScope.current();
    for (;;) {
      await this.untilFree();
      const scope = new CancellationScope();
      this.underWay.add(scope);
      try {
        return await scope.run(step);
      } catch (error) {
        if (around.consideredCancelled || !scope.consideredCancelled || !wasInterrupted(error)) throw error;
      } finally {
        this.underWay.delete(scope);
      }
    }
  }

  private async untilFree(): Promise<void> {
    // Held again by the task that let go. To go once no run from before is left: there the step began all the same.
    for (let isAgain = false; this.isHeld && (!isAgain || patched('held-again-at-once')); isAgain = true)
      await condition(() => !this.isHeld);
  }
}

/** Whether a step only ended because it was not to be tried again: its own answer, good or bad, would have been told. */
function wasInterrupted(error: unknown): boolean {
  return (
    isCancellation(error) || (error instanceof ActivityFailure && error.retryState === RetryState.CANCEL_REQUESTED)
  );
}
