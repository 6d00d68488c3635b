import type { HistoryEvent } from '../support/historyTexts.js';

/** Whether a history is of its circumstance: so that no file is called what it is not. */
export type Mark = (events: readonly HistoryEvent[]) => boolean;

/** Files of a circumstance, without `.json`: the workflow's type, a hyphen, what it met. */
export type Recordings = Readonly<
  Record<
    `${'historyExport' | 'exportWindow' | 'exportPlan' | 'budgetKeeper' | 'trunkSync' | 'legalHold' | 'purge' | 'nightlyLoad' | 'liveFeed'}-${string}`,
    Mark
  >
>;

/**
 * What exports meet, and the histories that are recorded of each; record.ts makes them, replay.test.ts replays them.
 *
 * Those that take longest come first, so that recording takes no longer than it must.
 */
export const CIRCUMSTANCES = {
  live: {
    'liveFeed-takenOver': all(
      signalled('listening'),
      triedAgain,
      scheduled('listen'),
      endsWith('workflowExecutionCanceledEventAttributes'),
    ),
  },
  liveContinued: {
    'liveFeed-continuedAsNew': all(
      endsWith('workflowExecutionContinuedAsNewEventAttributes'),
      signalled('listening'),
      scheduled('listen'),
      not(failedActivity),
    ),
    'liveFeed-continuedAsNewLast': all(
      continuesAnotherRun,
      scheduled('listen'),
      endsWith('workflowExecutionCanceledEventAttributes'),
    ),
  },
  syncContinuedAsNew: {
    'trunkSync-continuedAsNewLast': all(continuesAnotherRun, scheduled('writeSyncRoute')),
  },
  sync: {
    'trunkSync-happy': all(
      endsWith('workflowExecutionCanceledEventAttributes'),
      signalled('trunkChanged'),
      signalled('scheduleChanged'),
      updated('enable'),
      updated('pause'),
      updated('plan'),
      updated('setPolicy'),
      scheduled('snapshotSchedules', 2),
      scheduled('writeSyncRoute'),
      not(failedActivity),
    ),
  },
  syncThrottled: {
    'trunkSync-throttled': all(
      endsWith('workflowExecutionCanceledEventAttributes'),
      scheduled('writeSyncRoute', 2),
      not(failedActivity),
    ),
  },
  continuedAsNew: {
    'historyExport-continuedAsNew': endsWith('workflowExecutionContinuedAsNewEventAttributes'),
    'historyExport-continuedAsNewLast': all(completed, continuesAnotherRun),
    'exportWindow-continuedAsNew': all(completed, ofLaterRun),
  },
  budgetContinuedAsNew: {
    'budgetKeeper-continuedAsNew': all(endsWith('workflowExecutionContinuedAsNewEventAttributes'), signalled('tally')),
    'budgetKeeper-continuedAsNewLast': all(continuesAnotherRun, scheduled('setQueueRates'), signalled('refused')),
  },
  budget: {
    'budgetKeeper-happy': all(
      signalled('documented'),
      signalled('tally'),
      signalled('refused'),
      updated('setLimit'),
      updated('forgetLimit'),
      scheduled('setQueueRates', 3),
      not(failedActivity),
    ),
  },
  killed: {
    'historyExport-killed': all(completed, ofTwoWorkers),
    'exportWindow-killed': all(completed, ofTwoWorkers, triedAgainAfterSilence),
  },
  happy: {
    'historyExport-happy': all(completed, not(failedActivity)),
    'exportWindow-happy': all(completed, scheduled('landJobFile'), not(failedActivity)),
    'exportWindow-happyOccupancy': all(completed, scheduled('askOccupancy'), not(failedActivity)),
  },
  nothingToDo: {
    'historyExport-nothingToDo': all(completed, not(starts)),
  },
  planned: {
    'exportPlan-planned': completed,
  },
  throttled: {
    'historyExport-throttled': all(completed, signalled('gateClosed')),
    'exportWindow-throttled': all(completed, triedAgainAfter('Throttled')),
  },
  pausedByOperator: {
    'historyExport-pausedByOperator': all(completed, updated('pause'), updated('resume')),
    'exportWindow-pausedByOperator': completed,
  },
  pausedByItself: {
    'historyExport-pausedByItself': all(completed, signalled('windowBlocked'), signalled('windowUnblocked')),
    'exportWindow-pausedByItself': all(completed, signals('windowBlocked'), signals('windowUnblocked')),
    'exportWindow-pausedByItselfToldToGoOn': all(
      completed,
      signals('windowBlocked'),
      signalled('proceed'),
      not(signals('windowUnblocked')),
    ),
  },
  pausedBeforeItsPlan: {
    'historyExport-pausedBeforeItsPlan': all(completed, failedActivity),
  },
  gap: {
    'historyExport-gap': all(completed, scheduled('recordGap')),
    'exportWindow-gap': failedWith('InvalidInput'),
  },
  bisected: {
    'historyExport-bisected': all(completed, scheduled('splitWindow')),
    'exportWindow-bisected': failedWith('TooLarge'),
  },
  retriedJob: {
    'historyExport-retriedJob': completed,
    'exportWindow-retriedJob': all(completed, scheduled('submitAdherenceJob', 2), not(failedActivity)),
  },
  forgottenJob: {
    'exportWindow-forgottenJob': all(completed, scheduled('submitAdherenceJob', 2), failedActivity),
  },
  corrupt: {
    'exportWindow-corrupt': all(completed, scheduled('loadWindow', 2), failedActivity),
  },
  refusedUsers: {
    'exportWindow-refusedUsers': all(completed, scheduled('askOccupancy', 2)),
  },
  overlapping: {
    'historyExport-overlapping': all(completed, scheduled('awaitWindow'), scheduled('adoptWindow')),
  },
  schedules: {
    'historyExport-schedules': all(completed, scheduled('splitWindow')),
    'exportWindow-schedules': all(
      completed,
      scheduled('listSchedules', 2),
      scheduled('searchSchedules', 3),
      scheduled('listWindowUsers'),
    ),
  },
  night: {
    'nightlyLoad-happy': all(completed, starts, scheduled('planNight'), scheduled('reportNight'), not(failedActivity)),
  },
  nightVerified: {
    'nightlyLoad-verified': all(
      completed,
      starts,
      scheduled('reportNight'),
      scheduled('verifyChain'),
      not(failedActivity),
    ),
  },
  nightWithGaps: {
    'nightlyLoad-gap': all(completed, starts, scheduled('reportNight')),
  },
  nightCancelled: {
    'nightlyLoad-cancelled': all(starts, endsWith('workflowExecutionCanceledEventAttributes')),
  },
  purged: {
    'purge-completed': all(
      completed,
      scheduled('planPurge'),
      signalled('confirmPurge'),
      scheduled('registerPurge'),
      scheduled('purgePage'),
      scheduled('completePurge'),
      not(failedActivity),
    ),
  },
  held: {
    'legalHold-released': all(
      completed,
      signalled('releaseHold'),
      scheduled('registerHold'),
      scheduled('holdStretch', 2),
      scheduled('registerRelease'),
      scheduled('releaseStretch', 2),
      not(failedActivity),
    ),
  },
  cancelled: {
    'historyExport-cancelled': endsWith('workflowExecutionCanceledEventAttributes'),
    'exportWindow-cancelled': endsWith('workflowExecutionCanceledEventAttributes'),
  },
} as const satisfies Record<string, Recordings>;

export type CircumstanceName = keyof typeof CIRCUMSTANCES;

type Kind = keyof HistoryEvent & `${string}EventAttributes`;

function all(...marks: readonly Mark[]): Mark {
  return (events) => marks.every((mark) => mark(events));
}

function not(mark: Mark): Mark {
  return (events) => !mark(events);
}

function endsWith(kind: Kind): Mark {
  return (events) => Boolean(events.at(-1)?.[kind]);
}

function completed(events: readonly HistoryEvent[]): boolean {
  return endsWith('workflowExecutionCompletedEventAttributes')(events);
}

function failedWith(type: string): Mark {
  return (events) => {
    let failure = events.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
    while (failure && !failure.applicationFailureInfo) failure = failure.cause;
    return failure?.applicationFailureInfo?.type === type;
  };
}

function failedActivity(events: readonly HistoryEvent[]): boolean {
  return events.some((event) => event.activityTaskFailedEventAttributes);
}

function scheduled(activity: string, times = 1): Mark {
  return (events) =>
    events.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity).length >=
    times;
}

function starts(events: readonly HistoryEvent[]): boolean {
  return events.some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
}

function signalled(name: string): Mark {
  return (events) => events.some((event) => event.workflowExecutionSignaledEventAttributes?.signalName === name);
}

function signals(name: string): Mark {
  return (events) =>
    events.some((event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName === name);
}

function updated(name: string): Mark {
  return (events) =>
    events.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input?.name === name);
}

/** A history has one event for all tries of an activity, with what the try before the last met. */
function triedAgainAfter(failure: string): Mark {
  return (events) =>
    events.some(
      ({ activityTaskStartedEventAttributes: started }) =>
        (started?.attempt ?? 1) > 1 && started?.lastFailure?.applicationFailureInfo?.type === failure,
    );
}

function triedAgain(events: readonly HistoryEvent[]): boolean {
  return events.some(({ activityTaskStartedEventAttributes: started }) => (started?.attempt ?? 1) > 1);
}

function triedAgainAfterSilence(events: readonly HistoryEvent[]): boolean {
  return events.some(({ activityTaskStartedEventAttributes: started }) => started?.lastFailure?.timeoutFailureInfo);
}

function ofTwoWorkers(events: readonly HistoryEvent[]): boolean {
  return new Set(events.flatMap((event) => event.workflowTaskCompletedEventAttributes?.identity ?? [])).size > 1;
}

function continuesAnotherRun(events: readonly HistoryEvent[]): boolean {
  return Boolean(events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId);
}

/** A window is told the first run of its export, and Temporal says which run started it. */
function ofLaterRun(events: readonly HistoryEvent[]): boolean {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const input = Buffer.from(started?.input?.payloads?.[0]?.data ?? []).toString('utf8');
  const runId = started?.parentWorkflowExecution?.runId;
  return Boolean(runId) && !input.includes(runId ?? '');
}
