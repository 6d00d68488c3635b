import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../../domain/exportProgress.js';
import { Failure } from '../../domain/failure.js';
import { withClient } from '../../temporal/connectClient.js';
import { isConfirmed } from '../isConfirmed.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { progressText } from '../progressText.js';
import { createStatusLine } from '../statusLine.js';
import { namedRun } from './namedExport.js';

/** An export ends within a second or two of being told; longer only where the warehouse or a worker is away. */
const ENDS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** How long the question how far it was may take, which changes nothing of the cancelling. */
const SHOWN_WITHIN_MS = 5_000;

/**
 * Cancels an export, or a nightly load with its exports, waits until it has ended, and says what was kept.
 *
 * Whole windows stay loaded and sealed; of those under way no row is there. The same request again brings what is missing.
 *
 * @throws Failure `InvalidInput` when no such export runs, `Blocked` when it has not ended within a minute.
 */
export async function cancelExport(workflowId: string, { yes }: { yes: boolean }, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const { handle, exports } = await namedRun(client, workflowId);
    const shown = async (): Promise<readonly (ExportProgress | null)[]> =>
      await client.withDeadline(Date.now() + SHOWN_WITHIN_MS, () =>
        Promise.all(exports.map((one) => one.handle.query<ExportProgress>('progress').catch(() => null))),
      );
    const before = await shown();
    for (const progress of before) if (progress) output.say(progressText(progress, Date.now()));
    if (!yes && !(await isConfirmed(`Cancel ${workflowId}?`, 'add --yes to cancel it', output))) {
      output.say('nothing was cancelled');
      output.result({ workflowId, cancelled: false });
      return EXIT.failed;
    }
    await handle.cancel();
    const state = await untilEnded(handle);
    if (state !== 'CANCELLED')
      throw new Failure('InvalidInput', `${workflowId} ended before it could be cancelled (${state.toLowerCase()})`);
    const progress = (await shown()).map((after, at) => after ?? before[at] ?? null);
    for (const line of keptText(workflowId, progress)) output.say(line);
    const [only] = progress;
    const isOne = exports[0]?.handle.workflowId === workflowId;
    output.result({ workflowId, cancelled: true, ...(isOne ? (only ?? {}) : { exports: progress }) });
    return EXIT.done;
  });
}

/** What is there after it was cancelled; `null` where no worker could say. */
function keptText(workflowId: string, exports: readonly (ExportProgress | null)[]): string[] {
  const known = exports.flatMap((progress) => progress ?? []);
  const sum = (count: (progress: ExportProgress) => number): string =>
    known.reduce((total, progress) => total + count(progress), 0).toLocaleString('en');
  const rows = sum((progress) => Object.values(progress.rows).reduce((total, of) => total + of, 0));
  const windows = `${sum(({ windows: { done } }) => done)} of ${sum(({ windows: { total } }) => total)} windows (${rows} rows)`;
  const loaded = known.length === exports.length ? windows : 'windows that were loaded';
  return [
    `${workflowId} is cancelled: ${loaded} stay loaded and sealed`,
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
    `${handle.workflowId} was told to stop and has not ended within ${ENDS_WITHIN_MS / 1000} s: it ends with the next answer of a worker that owns the warehouse ('rosterline worker'). Nothing is half loaded meanwhile.`,
  );
}
