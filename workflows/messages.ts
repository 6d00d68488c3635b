import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ClosedGate, ExportProgress } from '../src/domain/exportProgress.js';
import type { Pause } from '../src/domain/exportSteps.js';
import type { SystemicFailure } from '../src/domain/failure.js';
import type { HoldOrder } from './stepHold.js';

/** What stands in the way of an export; workers of older versions name no kind. */
export interface Cause {
  readonly reason: string;
  readonly kind?: SystemicFailure;
}

/** Answers at once, also while the export is paused. */
export const progressQuery = defineQuery<ExportProgress>('progress');

/** Lets no further call leave until `resume`: starts no window, and holds the steps of those under way. Calls in flight end. */
export const pauseUpdate = defineUpdate<Pause, [{ reason?: string }?]>('pause');

/** Goes on, also when the export had paused by itself. */
export const resumeUpdate = defineUpdate<null>('resume');

/** Sent by activities, once a gate: what `progress` shows as `gates`. */
export const gateClosedSignal = defineSignal<[ClosedGate]>('gateClosed');

/** Sent by a window that met a cause that is not its own. */
export const windowBlockedSignal = defineSignal<[{ windowId: string } & Cause]>('windowBlocked');

/** Sent by the one blocked window that kept trying, once it got through. */
export const windowUnblockedSignal = defineSignal<[{ windowId: string }]>('windowUnblocked');

/** Sent by activities when the one that keeps trying meets another cause than before: what `progress` shows as `paused`. */
export const causeChangedSignal = defineSignal<[Cause]>('causeChanged');

/** Sent to a blocked window: try again, as the one that keeps trying (`probe`) or because another got through. */
export const proceedSignal = defineSignal<[{ probe: boolean }]>('proceed');

/** Sent by a window that is stopped: what its steps had brought, for the same export started again. */
export const windowStoppedSignal =
  defineSignal<[{ windowId: string; kept: Readonly<Record<string, unknown>> }]>('windowStopped');

/** Sent to each window under way when an operator pauses or resumes its export: it begins no further step while it is held. */
export const holdSignal = defineSignal<[HoldOrder]>('hold');
