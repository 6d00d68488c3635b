import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ExportWindowInput, OtherRun, WindowResult } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import { Failure } from '../src/domain/failure.js';
import type { ActivityDeps } from './deps.js';
import { step } from './step.js';

/** How often an export looks whether a window that another export runs has ended. */
const LOOK_EVERY_MS = 5000;

/** Activities about windows that another export runs or ran. */
export function otherWindowActivities(deps: ActivityDeps) {
  return {
    /**
     * What the window's latest run, another export's, brought; `NotReady` while it runs.
     *
     * A run that ended before `since` (when the asking export began) counts for nothing: the plan knows of it by coverage.
     */
    async awaitWindow(input: ExportWindowInput, since: string): Promise<OtherRun> {
      return await step(deps, input, async () => {
        const handle = getClient().workflow.getHandle(windowId(input.window));
        try {
          const { status, closeTime } = await handle.describe();
          if (status.name === 'RUNNING')
            throw new Failure('NotReady', `another export is bringing ${input.label}`, {
              retryAtMs: deps.now().getTime() + LOOK_EVERY_MS,
            });
          if (status.name !== 'COMPLETED' || !closeTime || closeTime.getTime() < Date.parse(since))
            return { ended: 'nothing' };
          return { ended: 'result', result: (await handle.result()) as WindowResult };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return { ended: 'nothing' };
          throw error;
        }
      });
    },
  };
}
