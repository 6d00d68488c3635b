import { expectedEnd } from './exportEta.js';
import type { ClosedGate, ExportProgress } from './exportProgress.js';
import type { ExportState } from './exportState.js';
import type { Pause } from './exportSteps.js';

/** What an export's workflow knows beside its state. */
interface AroundIt {
  /** Windows under way. */
  readonly running: number;
  readonly paused: Pause | null;
  /** Gates that its calls met, those that have opened since among them. */
  readonly gates: readonly ClosedGate[];
}

/**
 * How far an export is.
 *
 * @param state null while it has no plan.
 * @param nowMs milliseconds since the epoch.
 */
export function progressOf(
  state: ExportState | null,
  { running, paused, gates }: AroundIt,
  nowMs: number,
): ExportProgress {
  return {
    windows: { total: state?.plan.windows ?? 0, done: state?.done ?? 0, running, failed: state?.failed ?? 0 },
    rows: state?.rows ?? {},
    changes: state?.changes ?? {},
    calls: state?.calls.made ?? 0,
    paused,
    gates: gates.filter(({ until }) => Date.parse(until) > nowMs),
    eta: state === null || paused !== null ? null : endOf(state, gates, nowMs),
  };
}

/** When it should end; null while there is no pace. */
function endOf(state: ExportState, gates: readonly ClosedGate[], nowMs: number): string | null {
  const { startedAt, stoodStillMs, plan, done } = state;
  return expectedEnd({ startedAt, stoodStillMs, windows: { total: plan.windows, done }, gates }, nowMs);
}
