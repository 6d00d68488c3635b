import { Client, type Connection } from '@temporalio/client';
import type { Checklist, Found } from '../../domain/checklist.js';
import { feedNow, type FeedNow, LIVE_FEED } from '../live/feedNow.js';
import { runningOfQueue } from '../runningOfQueue.js';

const NEEDED = 'a live feed that hears everything it should';

/** The live feed as it is: where one runs, what the organisation refuses it; where one is configured, that none does. */
export async function checkFeed(
  list: Checklist,
  where: { readonly connection: Connection; readonly namespace: string; readonly taskQueue: string },
  isConfigured: boolean,
): Promise<void> {
  const client = new Client(where);
  const asked = { type: LIVE_FEED, several: 'live feeds', taskQueue: where.taskQueue, looks: 1 };
  const running = runningOfQueue(client, asked);
  const isAbsent = await running.then(
    (workflowId) => workflowId === null,
    () => false,
  );
  if (isAbsent && !isConfigured) return;
  await list.look('live feed', NEEDED, async () => {
    const workflowId = await running;
    return workflowId === null
      ? { value: true, message: "none runs; 'rosterline live start' starts it", warning: true }
      : judged(await feedNow(client, workflowId));
  });
}

/** Says why it could not be looked at. */
export function skipFeed(list: Checklist, because: string): void {
  list.skip('live feed', NEEDED, because);
}

/** @throws Error where it does not hear, and says why. */
function judged(feed: FeedNow): Found<true> {
  if (!feed.connected)
    throw new Error(
      `${feed.workflowId} does not hear now: ${feed.problem ?? 'it is connecting'}; see 'rosterline live status'`,
    );
  const refused = feed.rejected.map(
    ({ pattern, count, reason, missingPermissions }) =>
      `${count} × ${pattern} (${[reason, ...missingPermissions].join(', ')})`,
  );
  const off = feed.occupancyOff === null ? '' : `; occupancy_live is off: ${feed.occupancyOff}`;
  if (refused.length > 0 || off !== '')
    return { value: true, message: `hears all but ${refused.join(', ') || 'users'}${off}`, warning: true };
  const { open } = feed.gaps;
  return feed.whole
    ? { value: true, message: 'hears everything, and no gap is open' }
    : {
        value: true,
        message: `hears, with ${open} open gaps${feed.problem ? `: ${feed.problem}` : ''}`,
        warning: true,
      };
}
