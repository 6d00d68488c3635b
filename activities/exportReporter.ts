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
  private readonly causes = new Map<string, { message: string; told: number }>();

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

  /** Signals `causeChanged` when a later try meets another cause than the one before. The first try fails, and so tells it itself. */
  private reportCause(exportId: string, { message }: Failure, attempt: number): void {
    const before = this.causes.get(exportId);
    const told = before?.told ?? 0;
    this.causes.set(exportId, { message, told });
    if (attempt === 1 || before?.message === message || told === CAUSES_AN_EXPORT) return;
    this.causes.set(exportId, { message, told: told + 1 });
    signal(exportId, 'causeChanged', { reason: message }).catch(() => this.causes.delete(exportId));
  }
}

async function signal(exportId: string, name: string, told: object): Promise<void> {
  await getClient().workflow.getHandle(exportId).signal(name, told);
}
