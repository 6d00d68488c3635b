import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { newSync, type SyncCarried } from '../src/domain/sync/syncCarried.js';
import { TrunkSyncInput } from '../src/domain/sync/syncInputs.js';
import { parseOrFail } from './failedWith.js';
import { SyncRun } from './syncRun.js';

const ID_BEGINS = 'trunkSync/';

/**
 * Keeps the routing of BYOC trunks in step with the agents' schedules and the carriers' health: for one organisation, until it is
 * cancelled.
 *
 * Told by signals, which are hints; asked by queries; steered by updates. All that it is told while it waits, or during a round, or
 * behind a closed gate becomes one round with the truth of then. A cancel lets the round under way end.
 *
 * @param raw `{"policy": …}`, or nothing; `left` is what one run hands to the next.
 * @throws ApplicationFailure `InvalidInput` with every wrong key of the policy, its path and the reason; or where there is none at all.
 */
export async function trunkSync(raw?: TrunkSyncInput, left?: SyncCarried): Promise<void> {
  const { workflowId } = workflowInfo();
  const policy = left ? null : (parseOrFail(TrunkSyncInput, raw ?? undefined)?.policy ?? null);
  const run = new SyncRun(left ?? newSync(), workflowId);
  await run.begin(policy, workflowId.startsWith(ID_BEGINS) ? workflowId.slice(ID_BEGINS.length) : null);
  await run.rounds();
  await condition(allHandlersFinished);
  await continueAsNew<typeof trunkSync>(undefined, run.carried);
}
