import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ExportWindowInput, OtherRun, WindowResult } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import { Failure } from '../src/domain/failure.js';
import type { ActivityDeps } from './deps.js';
import { step } from './step.js';

/** How often an export looks whether a window that another export runs has ended. */
const LOOK_EVERY_MS = 5000;

/** Activities about windows that another export is running. */
export function otherWindowActivities(deps: ActivityDeps) {
  return {
    /** How a window ended that another export runs; `NotReady` while it runs. */
    async awaitWindow(input: ExportWindowInput): Promise<OtherRun> {
      return await step(deps, input, async () => {
        const handle = getClient().workflow.getHandle(windowId(input.window));
        try {
          const { status } = await handle.describe();
          if (status.name === 'RUNNING')
            throw new Failure('NotReady', `another export is bringing ${input.label}`, {
              retryAtMs: deps.now().getTime() + LOOK_EVERY_MS,
            });
          if (status.name !== 'COMPLETED') return { ended: 'failed' };
          return { ended: 'result', result: (await handle.result()) as WindowResult };
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return { ended: 'failed' };
          throw error;
        }
      });
    },
  };
}
