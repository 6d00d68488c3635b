import { condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { Pause } from '../src/domain/exportSteps.js';
import { SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import { applicationFailure, failedWith } from './failedWith.js';
import { pauseUpdate, proceedSignal, resumeUpdate, windowBlockedSignal, windowUnblockedSignal } from './messages.js';
import { untilEnded } from './patience.js';
import type { WindowPool } from './windowPool.js';

/**
 * Why an export stands still, and what makes it go on.
 *
 * Two causes: an operator (`pause`, `resume`), and something outside the windows (secret, permission, disk, lock), which pauses the
 * export by itself until the one blocked window that keeps trying gets through.
 */
export class ExportPauses {
  private operator: Pause | null;
  private cause: Pause | null = null;
  private prober: string | null = null;
  private readonly blocked = new Set<string>();

  constructor(
    private readonly pool: () => WindowPool,
    private readonly changed: () => void,
    pausedBefore: Pause | null,
  ) {
    this.operator = pausedBefore;
    setHandler(pauseUpdate, (told) => {
      this.operator = {
        reason: told?.reason?.slice(0, 200) ?? 'paused by an operator',
        since: new Date().toISOString(),
      };
      this.changed();
      return this.operator;
    });
    setHandler(resumeUpdate, () => {
      this.operator = null;
      this.goOn();
      return null;
    });
    setHandler(windowBlockedSignal, ({ windowId, reason }) => {
      this.blocked.add(windowId);
      this.cause ??= { reason, since: new Date().toISOString() };
      this.chooseProber();
      this.changed();
    });
    setHandler(windowUnblockedSignal, () => this.goOn());
  }

  /** What `progress` shows as `paused`. */
  get current(): Pause | null {
    return this.operator ?? this.cause;
  }

  /** What the next run of the workflow is told: an operator's pause outlives it. */
  get byOperator(): Pause | null {
    return this.operator;
  }

  /** A window ended: it blocks nothing any more, and another has to keep trying in its place. */
  windowEnded(windowId: string): void {
    if (!this.blocked.delete(windowId)) return;
    if (this.prober === windowId) this.prober = null;
    if (this.blocked.size === 0) this.goOn();
    else this.chooseProber();
  }

  /** Runs a step of the export itself, outlasting causes outside it: once a minute, without history, saying why meanwhile. */
  async outlast<T>(impatient: () => Promise<T>, probing: () => Promise<T>): Promise<T> {
    try {
      return await untilEnded(impatient);
    } catch (error) {
      if (isCancellation(error) || !failedWith(error, ...SYSTEMIC_FAILURES)) throw error;
      this.cause ??= { reason: applicationFailure(error)?.message ?? 'blocked', since: new Date().toISOString() };
      this.changed();
      const result = await untilEnded(probing);
      if (this.blocked.size === 0) this.goOn();
      return result;
    }
  }

  /** Waits while an operator has paused the export. */
  async whilePaused(): Promise<void> {
    await condition(() => this.operator === null);
  }

  private chooseProber(): void {
    if (this.prober !== null) return;
    const [first] = this.blocked;
    if (first === undefined) return;
    this.prober = first;
    this.proceed(first, true);
  }

  private goOn(): void {
    this.cause = null;
    this.prober = null;
    const waiting = [...this.blocked];
    this.blocked.clear();
    for (const windowId of waiting) this.proceed(windowId, false);
    this.changed();
  }

  private proceed(windowId: string, probe: boolean): void {
    // A window that has ended since cannot be told, and need not be.
    this.pool()
      .handle(windowId)
      ?.signal(proceedSignal, { probe })
      .catch(() => undefined);
  }
}
