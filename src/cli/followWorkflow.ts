import type { WorkflowHandle } from '@temporalio/client';
import { withReason } from './exportReason.js';
import { createStatusLine } from './statusLine.js';

/** How long a worker may take to take it up, before the one who asked is told that nobody has. */
const TAKEN_UP_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 200;
const LOOK_WHY_AFTER_MS = 2000;

/** What is looked for in a workflow's progress. */
export interface Followed<P> {
  isThere(progress: P): boolean;
  /** Whether a worker has got somewhere with it. */
  isUnderWay(progress: P): boolean;
  text(progress: P): string;
}

/**
 * Follows a workflow by its progress until it is where it is wanted, or has ended: its result is its last progress.
 *
 * @returns null when nobody has taken it up in half a minute.
 * @throws Failure `InvalidInput` as the workflow does; Error with the reason where it failed otherwise.
 */
export async function followWorkflow<P>(
  handle: WorkflowHandle,
  query: string,
  followed: Followed<P>,
): Promise<P | null> {
  const status = createStatusLine();
  const begunAtMs = Date.now();
  const ended = withReason(handle.result() as Promise<P>);
  ended.catch(() => undefined);
  let isUnderWay = false;
  try {
    for (;;) {
      const asked = handle.query<P>(query).catch(() => null);
      const progress = await Promise.race([ended, asked]);
      if (progress !== null) {
        if (followed.isThere(progress)) return progress;
        isUnderWay ||= followed.isUnderWay(progress);
        const why = Date.now() - begunAtMs > LOOK_WHY_AFTER_MS ? await reasonOf(handle) : null;
        status.show(`${followed.text(progress)}${why === null ? '' : `; waits: ${why}`}`);
      }
      if (!isUnderWay && Date.now() - begunAtMs > TAKEN_UP_WITHIN_MS) return null;
      const over = await Promise.race([ended, after(ASK_EVERY_MS)]);
      if (over !== null) return over;
    }
  } finally {
    status.end();
  }
}

/** Why a step is being tried again. */
async function reasonOf(handle: WorkflowHandle): Promise<string | null> {
  try {
    const { raw } = await handle.describe();
    return raw.pendingActivities?.find(({ lastFailure }) => lastFailure?.message)?.lastFailure?.message ?? null;
  } catch {
    return null;
  }
}

async function after(ms: number): Promise<null> {
  return await new Promise((resolve) => setTimeout(() => resolve(null), ms));
}
