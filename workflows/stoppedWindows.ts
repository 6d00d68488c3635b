import { log, setHandler } from '@temporalio/workflow';
import type { KeptWindow } from '../src/domain/exportSteps.js';
import { rootReason } from './failedWith.js';
import { windowStoppedSignal } from './messages.js';
import { abandoningActivitiesOf } from './policies.js';

/** Whose windows they are, and how it asked. */
interface Abandoned {
  readonly organisationId: string | null;
  readonly exportId: string;
  readonly runId: string;
  readonly settings: { readonly exceptions: boolean; readonly actuals: boolean };
}

/** What the windows of an export told when they were stopped, and what is done with it when the export is cancelled. */
export class StoppedWindows {
  private readonly stopped = new Map<string, KeptWindow>();

  constructor() {
    setHandler(windowStoppedSignal, ({ windowId, kept }) => {
      this.stopped.set(windowId, kept);
    });
  }

  /** Lets the owner of the warehouse take back what the export had marked. Where no owner answers, it is left out. */
  async abandon(prefix: string, abandoned: Abandoned): Promise<void> {
    try {
      await abandoningActivitiesOf(prefix).abandonExport.executeWithOptions(
        { summary: 'Take back what was marked as asked for; bind the seals of what was loaded' },
        [{ ...abandoned, stopped: Object.fromEntries(this.stopped) }],
      );
    } catch (error) {
      log.warn('cancelled without the owner of the warehouse: days that it had asked for stay marked as pending', {
        error: rootReason(error),
      });
    }
  }
}
