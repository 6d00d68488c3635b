import { getClient } from '@temporalio/activity';
import type { Failure } from '../src/domain/failure.js';

/** Differences between two instants of one gate that are not worth telling again. */
const SAME_GATE_MS = 1500;

/**
 * Tells an export of a gate that its calls met, once a gate, so that its `progress` shows it.
 *
 * Best effort: a message lost costs a line on a screen, so nothing waits for it and nothing fails by it.
 */
export class GateReporter {
  private readonly told = new Map<string, number>();

  /** Signals `gateClosed` when the failure names a gate that this export has not been told of. */
  report(exportId: string, failure: Failure): void {
    const { retryAtMs, family } = failure.facts;
    if (failure.name !== 'Throttled' || retryAtMs === undefined || family === undefined) return;
    const key = `${exportId} ${family}`;
    const before = this.told.get(key);
    if (before !== undefined && retryAtMs - before < SAME_GATE_MS) return;
    this.told.set(key, retryAtMs);
    const gate = { family, until: new Date(retryAtMs).toISOString(), why: failure.message.slice(0, 200) };
    getClient()
      .workflow.getHandle(exportId)
      .signal('gateClosed', gate)
      .catch(() => this.told.delete(key));
  }
}
