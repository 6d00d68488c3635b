import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Pause } from '../src/domain/exportSteps.js';

/** Answer of the query `progress`. Instants are ISO 8601 UTC. */
export interface ExportProgress {
  readonly windows: {
    readonly total: number;
    readonly done: number;
    readonly running: number;
    readonly failed: number;
  };
  readonly rows: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly paused: Pause | null;
  readonly gates: readonly ClosedGate[];
  readonly eta: string | null;
}

/** A gate that an activity met: no call of the family leaves before `until`. */
export interface ClosedGate {
  readonly family: string;
  readonly until: string;
  readonly why: string;
}

export const progressQuery = defineQuery<ExportProgress>('progress');

/** Stops starting windows; those under way end. */
export const pauseUpdate = defineUpdate<Pause, [{ reason?: string }?]>('pause');

/** Goes on, also when the export had paused by itself. */
export const resumeUpdate = defineUpdate<null>('resume');

/** Sent by activities, once a gate: what `progress` shows as `gates`. */
export const gateClosedSignal = defineSignal<[ClosedGate]>('gateClosed');

/** Sent by a window that met a cause that is not its own. */
export const windowBlockedSignal = defineSignal<[{ windowId: string; reason: string }]>('windowBlocked');

/** Sent by the one blocked window that kept trying, once it got through. */
export const windowUnblockedSignal = defineSignal<[{ windowId: string }]>('windowUnblocked');

/** Sent to a blocked window: try again, as the one that keeps trying (`probe`) or because another got through. */
export const proceedSignal = defineSignal<[{ probe: boolean }]>('proceed');
