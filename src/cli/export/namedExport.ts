import { type Client, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../../domain/exportProgress.js';
import { Failure } from '../../domain/failure.js';
import { withProgress } from '../../temporal/progressLog.js';
import { answerOf } from '../workerAnswer.js';

/** Workflow type of history exports. */
export const HISTORY_EXPORT = 'historyExport';

/** An export that runs, and how to ask it. */
export interface NamedExport {
  readonly handle: WorkflowHandle;
  /** @throws Failure `Blocked` when no worker answers, `InvalidInput` when the export refuses. */
  ask<T>(question: (handle: WorkflowHandle) => Promise<T>): Promise<T>;
}

/**
 * The export of this id, which runs.
 *
 * @throws Failure `InvalidInput` when there is none of this id, when it is another kind of workflow, or when it has ended.
 */
export async function namedExport(client: Client, workflowId: string): Promise<NamedExport> {
  const handle = client.workflow.getHandle(workflowId);
  const { type, status } = await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Failure(
      'InvalidInput',
      `there is no export ${workflowId} on this Temporal server; 'rosterline export list' shows those that there are`,
    );
  });
  if (type !== HISTORY_EXPORT)
    throw new Failure(
      'InvalidInput',
      `${workflowId} is no export but a ${type}; nothing was changed; 'rosterline export list' shows the exports`,
    );
  if (status.name !== 'RUNNING')
    throw new Failure(
      'InvalidInput',
      `export ${workflowId} has ended already (${status.name.toLowerCase()}); nothing was changed`,
    );
  return { handle, ask: async (question) => await asked(client, () => question(handle)) };
}

/** How far an export is. @throws Failure `Blocked` when no worker answers. */
export async function progressOf(named: NamedExport): Promise<ExportProgress> {
  return await named.ask((handle) => handle.query<ExportProgress>('progress'));
}

async function asked<T>(client: Client, question: () => Promise<T>): Promise<T> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return await withProgress('waiting for a worker to answer', say, () =>
    answerOf(client, question, { forWhat: 'for the export', kept: 'The export is kept as it is.' }),
  );
}
