import { Failure } from '../../domain/failure.js';
import type { ReleaseRequest } from '../../domain/legalHold.js';
import type { LegalHoldInput } from '../../domain/legalHoldInput.js';
import { withClient } from '../../temporal/connectClient.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { followHold } from './followHold.js';

/** Releases a hold, and returns when that is in the chain; with `wait` when nothing is held for it. */
export async function releaseHold(
  taskQueue: string,
  { holdId, request, wait }: { holdId: string; request: ReleaseRequest; wait: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const input: LegalHoldInput = { v: 1, holdId, place: null };
    const handle = await client.workflow.signalWithStart('legalHold', {
      taskQueue,
      workflowId: holdId,
      args: [input],
      signal: 'releaseHold',
      signalArgs: [request],
      staticSummary: `Release hold ${holdId}`,
    });
    const progress = await followHold(handle, (state) => state === 'released' || (!wait && state === 'releasing'));
    if (progress === null)
      throw new Failure(
        'Blocked',
        `hold ${holdId} stands still: no worker that owns the warehouse has taken its release up, or it is still being placed. The release waits, and goes on by itself; see rosterline hold list`,
      );
    output.say(
      progress.state === 'released'
        ? `hold ${holdId} is released: ${progress.objects.toLocaleString('en')} objects are held by nobody now`
        : `hold ${holdId} is released; its objects are being let go (--wait to see it end)`,
    );
    output.result(progress);
    return EXIT.done;
  });
}
