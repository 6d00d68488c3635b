import type { WorkflowHandle } from '@temporalio/client';
import type { HoldProgress } from '../../domain/legalHoldInput.js';
import { withReason } from '../exportReason.js';
import { createStatusLine } from '../statusLine.js';

/** How long a worker may take to take a hold up, before the one who asked is told that nobody has. */
const TAKEN_UP_WITHIN_MS = 30_000;
const ASK_EVERY_MS = 200;

/**
 * Follows a hold's workflow until it is where it is wanted, or has ended.
 *
 * @returns null when nobody has taken it up in half a minute.
 * @throws Failure `InvalidInput` as the workflow does; Error with the reason where it failed otherwise.
 */
export async function followHold(
  handle: WorkflowHandle,
  isThere: (state: HoldProgress['state']) => boolean,
): Promise<HoldProgress | null> {
  const status = createStatusLine();
  const giveUpAtMs = Date.now() + TAKEN_UP_WITHIN_MS;
  const ended = withReason(handle.result() as Promise<HoldProgress>);
  ended.catch(() => undefined);
  let moved = false;
  let first: string | undefined;
  try {
    for (;;) {
      const asked = handle.query<HoldProgress>('holdProgress').catch(() => null);
      const progress = await Promise.race([ended, asked]);
      if (progress !== null) {
        if (isThere(progress.state)) return progress;
        first ??= progress.state;
        moved ||= progress.state !== first || progress.state === 'holding' || progress.state === 'releasing';
        const waitsFor = await reasonOf(handle);
        status.show(`${progress.state}: ${progress.objects} objects${waitsFor ? `; waits: ${waitsFor}` : ''}`);
      }
      if (!moved && Date.now() > giveUpAtMs) return null;
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
