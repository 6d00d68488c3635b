import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../../domain/exportProgress.js';
import { Failure } from '../../domain/failure.js';
import { withClient } from '../../temporal/connectClient.js';
import { isConfirmed } from '../isConfirmed.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { progressText } from '../progressText.js';
import { createStatusLine } from '../statusLine.js';
import { namedExport } from './namedExport.js';

/** An export ends within a second or two of being told; longer only where the warehouse or a worker is away. */
const ENDS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** How long the question how far it was may take, which changes nothing of the cancelling. */
const SHOWN_WITHIN_MS = 5_000;

/**
 * Cancels an export, waits until it has ended, and says what was kept.
 *
 * Whole windows stay loaded and sealed; of those under way no row is there. The same request again brings what is missing.
 *
 * @throws Failure `InvalidInput` when no such export runs, `Blocked` when it has not ended within a minute.
 */
export async function cancelExport(workflowId: string, { yes }: { yes: boolean }, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const { handle } = await namedExport(client, workflowId);
    const shown = async (): Promise<ExportProgress | null> =>
      await client
        .withDeadline(Date.now() + SHOWN_WITHIN_MS, () => handle.query<ExportProgress>('progress'))
        .catch(() => null);
    const before = await shown();
    if (before) output.say(progressText(before, Date.now()));
    if (!yes && !(await isConfirmed(`Cancel export ${workflowId}?`, 'add --yes to cancel it', output))) {
      output.say('nothing was cancelled');
      output.result({ workflowId, cancelled: false });
      return EXIT.failed;
    }
    await handle.cancel();
    const state = await untilEnded(handle);
    if (state !== 'CANCELLED')
      throw new Failure(
        'InvalidInput',
        `export ${workflowId} ended before it could be cancelled (${state.toLowerCase()})`,
      );
    const progress = (await shown()) ?? before;
    for (const line of keptText(workflowId, progress)) output.say(line);
    output.result({ workflowId, cancelled: true, ...(progress ?? {}) });
    return EXIT.done;
  });
}

/** What is there after an export was cancelled; `null` where no worker could say. */
function keptText(workflowId: string, progress: ExportProgress | null): string[] {
  const rows = Object.values(progress?.rows ?? {}).reduce((sum, count) => sum + count, 0);
  const loaded = progress
    ? `${progress.windows.done} of ${progress.windows.total} windows (${rows.toLocaleString('en')} rows) stay loaded and sealed`
    : 'windows that were loaded stay loaded and sealed';
  return [
    `export ${workflowId} is cancelled: ${loaded}`,
    'of the others no row is there; what has landed of them is kept, and the same request again brings only what is missing',
  ];
}

async function untilEnded(handle: WorkflowHandle): Promise<string> {
  const status = createStatusLine();
  try {
    for (const giveUpAtMs = Date.now() + ENDS_WITHIN_MS; Date.now() < giveUpAtMs; await sleep(LOOK_EVERY_MS)) {
      const { status: now } = await handle.describe();
      if (now.name !== 'RUNNING') return now.name;
      status.show('waiting for the windows under way to stop');
    }
  } finally {
    status.end();
  }
  throw new Failure(
    'Blocked',
    `the export was told to stop and has not ended within ${ENDS_WITHIN_MS / 1000} s: it ends with the next answer of a worker that owns the warehouse ('rosterline worker'). Nothing is half loaded meanwhile.`,
  );
}
