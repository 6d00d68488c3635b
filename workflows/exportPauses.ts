import { condition, isCancellation, patched, setHandler } from '@temporalio/workflow';
import type { Pause } from '../src/domain/exportSteps.js';
import { SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import { causeOf, failedWith } from './failedWith.js';
import {
  type Cause,
  causeChangedSignal,
  holdSignal,
  pauseUpdate,
  proceedSignal,
  resumeUpdate,
  windowBlockedSignal,
  windowUnblockedSignal,
} from './messages.js';
import { untilEnded } from './patience.js';
import { StepHold } from './stepHold.js';
import type { WindowPool } from './windowPool.js';

/** One that met a cause outside it: a window, or a step of the export itself. */
interface Blocked {
  /** Lets it try again: as the one that keeps trying, or because there is reason to hope. */
  proceed(probe: boolean): void;
  /** Whether nothing can go on before it got through. */
  readonly isOwnStep: boolean;
}

/**
 * Why an export stands still, and what makes it go on.
 *
 * Two causes: an operator (`pause`, `resume`), and something outside the windows (secret, permission, disk, lock), which pauses the
 * export by itself until the one that keeps trying gets through. That is one window, or one step of the export's own, however many
 * are blocked and however often an operator says `resume`: so at most one call a minute meets the cause.
 */
export class ExportPauses {
  private operator: Pause | null;
  private cause: Pause | null = null;
  private prober: string | null = null;
  private readonly blocked = new Map<string, Blocked>();
  /** Orders for windows of which the export has not heard yet that they began. */
  private readonly untold = new Map<string, boolean>();
  private ownSteps = 0;
  private readonly hold = new StepHold();

  constructor(
    private readonly pool: () => WindowPool,
    private readonly owner: {
      changed(): void;
      /** An operator's pause that an earlier run of the workflow was told of. */
      readonly pausedBefore: Pause | null;
      /** Whether an operator's pause holds steps, those of windows too. */
      readonly holdsSteps: boolean;
    },
  ) {
    this.operator = owner.pausedBefore;
  }

  /** Takes messages from now on. What came before, with a run's first task, is handled at once: the pool has to be there. */
  listen(): void {
    setHandler(pauseUpdate, (told) => {
      this.operator = {
        kind: 'operator',
        reason: told?.reason?.slice(0, 200) ?? 'paused by an operator',
        since: new Date().toISOString(),
      };
      if (this.owner.holdsSteps) this.holdSteps(true);
      this.owner.changed();
      return this.operator;
    });
    setHandler(resumeUpdate, () => {
      this.operator = null;
      if (this.hold.isHeld) this.holdSteps(false);
      this.tryAgain();
      return null;
    });
    setHandler(windowBlockedSignal, ({ windowId, ...cause }) =>
      this.block(windowId, cause, { isOwnStep: false, proceed: (probe) => this.proceed(windowId, probe) }),
    );
    setHandler(windowUnblockedSignal, () => this.goOn());
    setHandler(causeChangedSignal, (cause) => {
      if (this.cause === null || this.cause.reason === cause.reason) return;
      this.cause = { ...cause, since: this.cause.since };
      this.owner.changed();
    });
  }

  /** What `progress` shows as `paused`. */
  get current(): Pause | null {
    return this.operator === null ? this.cause : { ...this.operator, kind: 'operator' };
  }

  /** What the next run of the workflow is told: an operator's pause outlives it. */
  get byOperator(): Pause | null {
    return this.operator;
  }

  /** A window ended: it blocks nothing any more, and another has to keep trying in its place. */
  windowEnded(windowId: string): void {
    this.untold.delete(windowId);
    if (!this.blocked.delete(windowId)) return;
    if (this.prober === windowId) this.prober = null;
    if (this.blocked.size === 0) this.goOn();
    else this.chooseProber();
  }

  /**
   * Runs a step of the export itself, outlasting causes outside it: once a minute, without history, saying why meanwhile.
   *
   * An answer that is corrupt is asked for once more.
   */
  async outlast<T>(impatient: () => Promise<T>, probing: () => Promise<T>): Promise<T> {
    for (let corrupt = 0; ; ) {
      try {
        return await untilEnded(() => this.hold.outlast(impatient));
      } catch (error) {
        if (failedWith(error, 'Corrupt') && ++corrupt === 1) continue;
        if (isCancellation(error) || !failedWith(error, ...SYSTEMIC_FAILURES)) throw error;
        const probe = await this.turn(causeOf(error));
        if (!probe) continue;
      }
      try {
        return await untilEnded(() => this.hold.outlast(probing));
      } finally {
        // An end of another kind is an answer too: what stood in the way is gone.
        this.goOn();
      }
    }
  }

  /**
   * A window has begun: one that was on its way when the export was paused is held too, and one that was blocked before the export
   * heard that it had begun (signals of a task are met before all else in it) is told what it was to do.
   */
  windowBegun(windowId: string): void {
    if (this.hold.isHeld) this.tellHold(windowId);
    const probe = this.untold.get(windowId);
    this.untold.delete(windowId);
    // To go once no run from before is left: there the order was lost.
    if (probe !== undefined && patched('tells-windows-once-begun')) this.proceed(windowId, probe);
  }

  /** Waits while an operator has paused the export. */
  async whilePaused(): Promise<void> {
    await condition(() => this.operator === null);
  }

  /** Waits until a blocked step of the export itself may try again: true, as the one that keeps trying. */
  private async turn(cause: Cause): Promise<boolean> {
    const orders: boolean[] = [];
    this.block(`own step ${++this.ownSteps}`, cause, { isOwnStep: true, proceed: (probe) => orders.push(probe) });
    await condition(() => orders.length > 0);
    return orders.at(-1) ?? false;
  }

  private block(id: string, cause: Cause, blocked: Blocked): void {
    this.blocked.set(id, blocked);
    this.cause ??= { ...cause, since: new Date().toISOString() };
    this.chooseProber();
    this.owner.changed();
  }

  private chooseProber(): void {
    if (this.prober !== null) return;
    const [first] = this.blocked;
    if (first === undefined) return;
    const [id, blocked] = first;
    this.prober = id;
    blocked.proceed(true);
  }

  /** The one that keeps trying got through, or it ended. */
  private goOn(): void {
    this.cause = null;
    if (this.prober !== null) this.blocked.delete(this.prober);
    this.prober = null;
    this.release();
  }

  /** An operator has mended it: all others try at once; the one that keeps trying goes on at its next try, as the only one. */
  private tryAgain(): void {
    const prober = this.prober === null ? undefined : this.blocked.get(this.prober);
    if (!prober?.isOwnStep) this.cause = null;
    this.release();
  }

  private release(): void {
    for (const [id, blocked] of [...this.blocked]) {
      if (id === this.prober) continue;
      this.blocked.delete(id);
      blocked.proceed(false);
    }
    this.owner.changed();
  }

  private holdSteps(isHeld: boolean): void {
    this.hold.tell({ order: this.hold.order + 1, isHeld });
    for (const windowId of this.pool().begun) this.tellHold(windowId);
  }

  private tellHold(windowId: string): void {
    const { order, isHeld } = this.hold;
    this.pool()
      .handle(windowId)
      ?.signal(holdSignal, { order, isHeld })
      .catch(() => undefined);
  }

  private proceed(windowId: string, probe: boolean): void {
    const handle = this.pool().handle(windowId);
    // A window that has ended since cannot be told, and need not be.
    if (handle) handle.signal(proceedSignal, { probe }).catch(() => undefined);
    else this.untold.set(windowId, probe);
  }
}
