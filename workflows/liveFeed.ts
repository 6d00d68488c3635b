import {
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { describeFeed } from '../src/domain/live/describeFeed.js';
import { reported } from '../src/domain/live/feedMoves.js';
import { LiveFeedInput } from '../src/domain/live/liveSettings.js';
import { type LiveCarried, LiveReport, NOBODY_LISTENS } from '../src/domain/live/liveState.js';
import { parseOrFail } from './failedWith.js';
import { listeningSignal, liveStateQuery } from './liveMessages.js';
import { listenerActivitiesOf } from './policies.js';

const ID_BEGINS = 'liveFeed/';

/** Events after which another run goes on: a report takes four, and a restart of the listener a gap of some seconds. */
const EVENTS_A_RUN = 2000;

/**
 * Keeps exactly one notification listener alive for an organisation, until it is cancelled.
 *
 * All the listening is one activity, which heartbeats: when its worker dies, Temporal starts it on another within seconds, and what may
 * have been missed is read by REST there. This workflow only knows what the listener last told.
 *
 * @param raw `{"settings": …}`, or nothing for what the worker's configuration has; `left` is what one run hands to the next.
 * @throws ApplicationFailure `InvalidInput` with every wrong key of the settings.
 */
export async function liveFeed(raw?: LiveFeedInput, left?: LiveCarried): Promise<void> {
  const { workflowId, taskQueue } = workflowInfo();
  let carried: LiveCarried = left ?? {
    v: 1,
    settings: parseOrFail(LiveFeedInput, raw ?? undefined)?.settings ?? null,
    report: NOBODY_LISTENS,
    at: null,
    takeOvers: 0,
    unreadableSignals: 0,
  };
  setHandler(liveStateQuery, () => {
    const { report, at, takeOvers, unreadableSignals } = carried;
    return { ...report, at, takeOvers, unreadableSignals };
  });
  setHandler(listeningSignal, (told) => {
    const report = LiveReport.safeParse(told);
    if (report.success) carried = reported(carried, report.data, new Date().toISOString());
    else carried = { ...carried, unreadableSignals: carried.unreadableSignals + 1 };
    setCurrentDetails(describeFeed(carried.report));
  });
  // What workers tell exports of gates and causes; the listener tells its own.
  setDefaultSignalHandler(() => undefined);
  setCurrentDetails(describeFeed(carried.report));

  const listening = new CancellationScope();
  const { listen } = listenerActivitiesOf(taskQueue);
  const organisationId = workflowId.startsWith(ID_BEGINS) ? workflowId.slice(ID_BEGINS.length) : null;
  const feed = { isOver: false };
  const ended = listening
    .run(() =>
      listen.executeWithOptions({ summary: 'Listen to notifications' }, [
        { organisationId, feedId: workflowId, settings: carried.settings, after: carried.report.takeOver },
      ]),
    )
    .then(
      () => null,
      (error: unknown) => ({ error }),
    )
    .finally(() => {
      feed.isOver = true;
    });
  // A cancel reaches the listener, and its end is waited for: it writes what it has heard.
  await CancellationScope.nonCancellable(() => condition(() => feed.isOver || isFull()));
  if (!feed.isOver) listening.cancel();
  const failure = await ended;
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the live feed was stopped');
  if (failure !== null && !isCancellation(failure.error)) throw failure.error;
  await continueAsNew<typeof liveFeed>(undefined, carried);
}

function isFull(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > EVENTS_A_RUN || continueAsNewSuggested;
}
