import type { Client } from '@temporalio/client';
import { giveQueueRates, knownQueueRate } from '../../activities/queueRate.js';
import type { BudgetView } from '../domain/budget/budgetView.js';
import { isSameRate, type QueueRate, queueRateFor } from '../domain/budget/queueRates.js';
import { WORKED_FAMILIES } from '../domain/taskQueues.js';
import type { GenesysLog } from '../genesys/genesysLog.js';

const DONE_WITHIN_MS = 5_000;
/** After a change, a second look: another worker may have set what it knew a moment ago. After a failure, another try. */
const LOOK_AGAIN_AFTER_MS = 1_000;
/** Tries in a row after failures: then the next tally brings another. */
const MOST_TRIES = 10;
/** Just past an instant. */
const PAST_MS = 20;

/**
 * Keeps the rates of the families' task queues as the keeper of the budget says.
 *
 * Done by whoever told the keeper something, in the background. What the server has is asked of the server: it is the only one that
 * always knows, and it may have been changed by hand.
 */
export interface RateSetter {
  /** Something was told, or a moment has come: rates may be others now. */
  follow(): void;
  /** Looks no more. A look that is under way ends first, within 5 s: on a closed connection its retries would throw out of reach. */
  close(): Promise<void>;
}

export function createRateSetter({
  client,
  taskQueue,
  look,
  now,
  log,
}: {
  readonly client: Client;
  readonly taskQueue: string;
  /** The view as it is now; null when the keeper does not answer. */
  readonly look: () => Promise<BudgetView | null>;
  readonly now: () => number;
  readonly log: GenesysLog;
}): RateSetter {
  let running: Promise<unknown> | null = null;
  let again = false;
  let closed = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  const followIn = (ms: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(follow, Math.max(0, ms)).unref();
  };

  const differing = async (view: BudgetView): Promise<QueueRate[]> => {
    const wanted = WORKED_FAMILIES.flatMap((family) => {
      const budget = view.families[family];
      return budget?.pacedBy === 'queue' ? [queueRateFor(family, budget.ratePerSecond)] : [];
    });
    const known = await Promise.all(wanted.map(({ family }) => knownQueueRate(client, taskQueue, family)));
    return wanted.filter(({ ratePerSecond }, index) => !isSameRate(known[index] ?? null, ratePerSecond));
  };

  const once = async (): Promise<void> => {
    const view = await look();
    // What was known before may be older than what another worker has set since.
    if (view === null) throw new Error('the keeper of the API budget does not answer');
    const rates = await differing(view);
    if (rates.length > 0) await giveQueueRates(client, taskQueue, rates);
    if (rates.length > 0) followIn(LOOK_AGAIN_AFTER_MS);
    else if (view.changesAtMs !== undefined) followIn(view.changesAtMs - now() + PAST_MS);
  };

  const follow = (): void => {
    again = true;
    if (running || closed) return;
    again = false;
    running = client
      .withDeadline(Date.now() + DONE_WITHIN_MS, once)
      .then(() => (failures = 0))
      .catch((error: unknown) => {
        log.debug({ said: String(error) }, 'rates of task queues could not be looked after');
        if (++failures < MOST_TRIES) followIn(LOOK_AGAIN_AFTER_MS);
      })
      .finally(() => {
        running = null;
        if (again) follow();
      });
  };

  return {
    follow,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
