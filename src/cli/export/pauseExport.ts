import { withClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { progressText } from '../progressText.js';
import { type NamedExport, namedExports, progressOf } from './namedExport.js';
import type { ExportProgress } from '../../domain/exportProgress.js';
import type { Pause } from '../../domain/exportSteps.js';

/**
 * Pauses an export, or those of a nightly load: no further call leaves for it until it is resumed. Calls in flight end, and what they
 * bring is kept.
 *
 * @throws Failure `InvalidInput` when no such export runs, `Blocked` when no worker answers.
 */
export async function pauseExport(workflowId: string, reason: string | undefined, output: Output): Promise<ExitCode> {
  const told = reason === undefined ? {} : { reason };
  return await ofEach(workflowId, output, async (named) => {
    const id = named.handle.workflowId;
    const paused = await named.ask((handle) => handle.executeUpdate<Pause, [object]>('pause', { args: [told] }));
    const progress = await progressOf(named);
    output.say(`export ${id} is paused: ${paused.reason}`);
    output.say(
      `${progress.windows.done} of ${progress.windows.total} windows are loaded; ${progress.windows.running} under way keep what they have`,
    );
    output.say(`go on with: rosterline export resume ${workflowId}`);
    return progress;
  });
}

/**
 * Lets an export go on, also one that had paused by itself: it tries at once what stood in its way.
 *
 * @throws Failure as `pauseExport`.
 */
export async function resumeExport(workflowId: string, output: Output): Promise<ExitCode> {
  return await ofEach(workflowId, output, async (named) => {
    const id = named.handle.workflowId;
    const wasPaused = (await progressOf(named)).paused !== null;
    await named.ask((handle) => handle.executeUpdate('resume'));
    const progress = await progressOf(named);
    output.say(wasPaused ? `export ${id} goes on` : `export ${id} was not paused; it goes on`);
    output.say(progressText(progress, Date.now()));
    return progress;
  });
}

/** Does something to each export that an id names. The outcome is the one export's progress, or a nightly load's, export by export. */
async function ofEach(
  workflowId: string,
  output: Output,
  step: (named: NamedExport) => Promise<ExportProgress>,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const exports: ({ workflowId: string } & ExportProgress)[] = [];
    for (const named of await namedExports(client, workflowId))
      exports.push({ workflowId: named.handle.workflowId, ...(await step(named)) });
    const [only] = exports;
    output.result(only?.workflowId === workflowId ? only : { workflowId, exports });
    return EXIT.done;
  });
}
