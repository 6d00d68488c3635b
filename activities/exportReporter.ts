import { getClient } from '@temporalio/activity';
import { type Failure, isFailure, SYSTEMIC_FAILURES } from '../src/domain/failure.js';

/** Differences between two instants of one gate that are not worth telling again. */
const SAME_GATE_MS = 1500;

/** Causes that an export is told of by one worker: each adds some events to its history. */
const CAUSES_AN_EXPORT = 50;

/**
 * Tells an export what its activities met and its workflow cannot see, because retries leave no history, so that its `progress` shows it.
 *
 * Best effort: a message lost costs a line on a screen, so nothing waits for it and nothing fails by it.
 */
export class ExportReporter {
  private readonly gates = new Map<string, number>();
  private readonly causes = new Map<string, { told: string | null; signals: number }>();

  private readonly telling = new Map<string, Promise<void>>();

  /** Tells of a failure that this export has not been told of. `attempt` is the activity's, from 1. */
  report(exportId: string, failure: Failure, attempt: number): void {
    if (isFailure(failure, 'Throttled')) this.reportGate(exportId, failure);
    if (isFailure(failure, ...SYSTEMIC_FAILURES)) this.reportCause(exportId, failure, attempt);
  }

  /** Signals `gateClosed`, once a gate. */
  private reportGate(exportId: string, failure: Failure): void {
    const { retryAtMs, family } = failure.facts;
    if (retryAtMs === undefined || family === undefined) return;
    const key = `${exportId} ${family}`;
    const before = this.gates.get(key);
    if (before !== undefined && retryAtMs - before < SAME_GATE_MS) return;
    this.gates.set(key, retryAtMs);
    const gate = { family, until: new Date(retryAtMs).toISOString(), why: failure.message.slice(0, 200) };
    signal(exportId, 'gateClosed', gate).catch(() => this.gates.delete(key));
  }

  /**
   * Signals `causeChanged` when a later try meets another cause than was told. The first try of a step may fail it, which tells by
   * itself: so it only makes the next one tell.
   */
  private reportCause(exportId: string, { message, name }: Failure, attempt: number): void {
    const { told, signals } = this.causes.get(exportId) ?? { told: null, signals: 0 };
    if (attempt === 1) this.causes.set(exportId, { told: null, signals });
    if (attempt === 1 || told === message || signals === CAUSES_AN_EXPORT) return;
    this.causes.set(exportId, { told: message, signals: signals + 1 });
    // One after the other: what comes last is what is shown.
    const before = this.telling.get(exportId) ?? Promise.resolve();
    const telling = before
      .then(() => signal(exportId, 'causeChanged', { reason: message, kind: name }))
      .catch(() => void this.causes.set(exportId, { told: null, signals: signals + 1 }))
      .finally(() => {
        if (this.telling.get(exportId) === telling) this.telling.delete(exportId);
      });
    this.telling.set(exportId, telling);
  }
}

async function signal(exportId: string, name: string, told: object): Promise<void> {
  await getClient().workflow.getHandle(exportId).signal(name, told);
}
