import type { Pause } from '../../domain/exportSteps.js';
import { withClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { progressText } from '../progressText.js';
import { namedExport, progressOf } from './namedExport.js';

/**
 * Pauses an export: no further call leaves for it until it is resumed. Calls in flight end, and what they bring is kept.
 *
 * @throws Failure `InvalidInput` when no such export runs, `Blocked` when no worker answers.
 */
export async function pauseExport(workflowId: string, reason: string | undefined, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const named = await namedExport(client, workflowId);
    const told = reason === undefined ? {} : { reason };
    const paused = await named.ask((handle) => handle.executeUpdate<Pause, [object]>('pause', { args: [told] }));
    const progress = await progressOf(named);
    output.say(`export ${workflowId} is paused: ${paused.reason}`);
    output.say(
      `${progress.windows.done} of ${progress.windows.total} windows are loaded; ${progress.windows.running} under way keep what they have`,
    );
    output.say(`go on with: rosterline export resume ${workflowId}`);
    output.result({ workflowId, ...progress });
    return EXIT.done;
  });
}

/**
 * Lets an export go on, also one that had paused by itself: it tries at once what stood in its way.
 *
 * @throws Failure as `pauseExport`.
 */
export async function resumeExport(workflowId: string, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const named = await namedExport(client, workflowId);
    const wasPaused = (await progressOf(named)).paused !== null;
    await named.ask((handle) => handle.executeUpdate('resume'));
    const progress = await progressOf(named);
    output.say(wasPaused ? `export ${workflowId} goes on` : `export ${workflowId} was not paused; it goes on`);
    output.say(progressText(progress, Date.now()));
    output.result({ workflowId, ...progress });
    return EXIT.done;
  });
}
