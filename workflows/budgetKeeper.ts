import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { DocumentedReport, RefusalReport, TallyReport } from '../src/domain/budget/budgetReports.js';
import { describeLimits } from '../src/domain/budget/describeLimits.js';
import {
  afterDocumented,
  afterForgetLimit,
  afterQueueRates,
  afterRefusal,
  afterSetLimit,
  afterTally,
} from '../src/domain/budget/keeperReports.js';
import { type KeeperState, keeperStateOf } from '../src/domain/budget/keeperState.js';
import { budgetView, limitsTable } from '../src/domain/budget/keeperViews.js';
import { ForgetLimit, SetLimit } from '../src/domain/budget/limitChange.js';
import { everyQueueRate } from '../src/domain/budget/queueRates.js';
import {
  budgetQuery,
  documentedSignal,
  forgetLimitUpdate,
  limitsQuery,
  refusedSignal,
  setLimitUpdate,
  tallySignal,
} from './budgetMessages.js';
import { parseOrFail, rootReason } from './failedWith.js';
import { keeperActivitiesOf } from './policies.js';

/** Events after which the next run goes on: far below 2,000, and far above what one message adds. A keeper that runs keeps to it. */
const EVENTS_A_RUN = 600;

/** How long rates that could not be set are left alone, unless an operator changes one. */
const SET_AGAIN_AFTER = '30 seconds';

/**
 * Keeps one OAuth client's budget: gates that refusals closed, limits learnt and set.
 *
 * Told by signals, asked by queries; never ends, and does nothing while nothing is told. All that it knows goes from one run to the
 * next. A message that cannot be read is ignored, with a warning.
 *
 * What it does must never follow from what it has learnt, or a keeper that runs could not go on under another version of the model:
 * its replay would do something else. So it sets every rate when a run begins and when an operator changed one, and the workers,
 * which ask, set those that changed in between.
 */
export async function budgetKeeper(left?: unknown): Promise<void> {
  const { taskQueue } = workflowInfo();
  const activities = keeperActivitiesOf(taskQueue);
  let state = keeperStateOf(left);
  const change = (next: KeeperState) => {
    if (next === state) return;
    state = next;
    setCurrentDetails(describeLimits(table(), new Date().toISOString()));
  };
  let ratesAreDue = true;
  const table = (asOfMs?: number) => limitsTable(state, asOfMs, Date.now());

  setHandler(refusedSignal, (raw) => {
    const told = readable(RefusalReport, raw, 'refused');
    if (told !== null) change(afterRefusal(state, told, Date.now()));
  });
  setHandler(tallySignal, (raw) => {
    const told = readable(TallyReport, raw, 'tally');
    if (told !== null) change(afterTally(state, told, Date.now()));
  });
  setHandler(documentedSignal, (raw) => {
    const told = readable(DocumentedReport, raw, 'documented');
    if (told !== null) change(afterDocumented(state, told));
  });
  setHandler(budgetQuery, (question) => ({
    ...budgetView(state, question, Date.now()),
    keeper: workflowInfo().firstExecutionRunId,
  }));
  setHandler(limitsQuery, (asOfMs) => table(asOfMs));
  setHandler(
    setLimitUpdate,
    (raw) => {
      const told = readable(SetLimit, raw, 'setLimit');
      if (told !== null) change(afterSetLimit(state, told));
      ratesAreDue = true;
      return table();
    },
    { validator: (raw) => void parseOrFail(SetLimit, raw) },
  );
  setHandler(
    forgetLimitUpdate,
    (raw) => {
      const told = readable(ForgetLimit, raw, 'forgetLimit');
      if (told !== null) change(afterForgetLimit(state, told));
      ratesAreDue = true;
      return table();
    },
    { validator: (raw) => void parseOrFail(ForgetLimit, raw) },
  );

  while (!isFull()) {
    if (ratesAreDue) {
      ratesAreDue = false;
      if (!(await setRates()))
        await condition(() => isFull() || ratesAreDue, SET_AGAIN_AFTER).then(() => (ratesAreDue = true));
    }
    await condition(() => isFull() || ratesAreDue);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof budgetKeeper>(state);

  async function setRates(): Promise<boolean> {
    try {
      const rates = everyQueueRate(state, Date.now());
      const answer = await activities.setQueueRates.executeWithOptions({ summary: 'Rates of the task queues' }, [
        { prefix: taskQueue, rates },
      ]);
      change(afterQueueRates(state, answer));
      return true;
    } catch (error) {
      log.warn('rates of task queues could not be set; they are set again', {
        error: rootReason(error),
      });
      return false;
    }
  }
}

function isFull(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength > EVENTS_A_RUN || continueAsNewSuggested;
}

/** A message in our types, or null: whoever sent it may be older, newer or somebody's typing. */
function readable<T>(
  schema: {
    safeParse(
      raw: unknown,
    ): { success: true; data: T } | { success: false; error: { issues: { path: PropertyKey[] }[] } };
  },
  raw: unknown,
  name: string,
): T | null {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  log.warn(`a message '${name}' cannot be read and was ignored`, { at: read.error.issues[0]?.path.join('.') ?? '' });
  return null;
}
