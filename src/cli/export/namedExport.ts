import { type Client, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../../domain/exportProgress.js';
import { Failure } from '../../domain/failure.js';
import { withProgress } from '../../temporal/progressLog.js';
import { answerOf } from '../workerAnswer.js';

/** Workflow type of history exports. */
export const HISTORY_EXPORT = 'historyExport';

/** Workflow type of nightly loads, whose exports are children. */
const NIGHTLY_LOAD = 'nightlyLoad';

/** An export that runs, and how to ask it. */
export interface NamedExport {
  readonly handle: WorkflowHandle;
  /** @throws Failure `Blocked` when no worker answers, `InvalidInput` when the export refuses. */
  ask<T>(question: (handle: WorkflowHandle) => Promise<T>): Promise<T>;
}

/** What an id names: an export, or a nightly load with the exports that it has under way. */
export interface NamedRun {
  readonly handle: WorkflowHandle;
  /** The export itself, or those of the nightly load. */
  readonly exports: readonly NamedExport[];
}

/**
 * The export or nightly load of this id, which runs.
 *
 * @throws Failure `InvalidInput` when there is none of this id, when it is another kind of workflow, or when it has ended.
 */
export async function namedRun(client: Client, workflowId: string): Promise<NamedRun> {
  if (workflowId.trim() === '')
    throw new Failure('InvalidInput', "the id is empty; 'rosterline export list' shows those that there are");
  const handle = client.workflow.getHandle(workflowId);
  const { type, status, raw } = await handle.describe().catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Failure(
      'InvalidInput',
      `there is no export ${workflowId} on this Temporal server; 'rosterline export list' shows those that there are`,
    );
  });
  if (type !== HISTORY_EXPORT && type !== NIGHTLY_LOAD)
    throw new Failure(
      'InvalidInput',
      `${workflowId} is no export but a ${type}; nothing was changed; 'rosterline export list' shows the exports`,
    );
  if (status.name !== 'RUNNING')
    throw new Failure(
      'InvalidInput',
      `export ${workflowId} has ended already (${status.name.toLowerCase()}); nothing was changed`,
    );
  const named = (of: WorkflowHandle): NamedExport => ({
    handle: of,
    ask: async (question) => await asked(client, () => question(of)),
  });
  if (type === HISTORY_EXPORT) return { handle, exports: [named(handle)] };
  const children = (raw.pendingChildren ?? []).filter((child) => child.workflowTypeName === HISTORY_EXPORT);
  return { handle, exports: children.map((child) => named(client.workflow.getHandle(child.workflowId ?? ''))) };
}

/**
 * The exports that an id names, of which there is one at least.
 *
 * @throws Failure as `namedRun`; `InvalidInput` where a nightly load has no export under way.
 */
export async function namedExports(client: Client, workflowId: string): Promise<readonly NamedExport[]> {
  const { exports } = await namedRun(client, workflowId);
  if (exports.length > 0) return exports;
  throw new Failure(
    'InvalidInput',
    `nightly load ${workflowId} has no export under way: it is about to begin or to end; nothing was changed, ask again in a moment`,
  );
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
