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
  afterTime,
} from '../src/domain/budget/keeperReports.js';
import { type KeeperState, keeperStateOf } from '../src/domain/budget/keeperState.js';
import { budgetView, limitsTable } from '../src/domain/budget/keeperViews.js';
import { ForgetLimit, SetLimit } from '../src/domain/budget/limitChange.js';
import { everyQueueRate, nextChangeMs, type QueueRate, ratesToSet } from '../src/domain/budget/queueRates.js';
import {
  budgetQuery,
  documentedSignal,
  forgetLimitUpdate,
  limitsQuery,
  refusedSignal,
  setLimitUpdate,
  tallySignal,
} from './budgetMessages.js';
import { parseOrFail } from './failedWith.js';
import { keeperActivitiesOf } from './policies.js';

/** Events after which the next run goes on: far below 2,000, and far above what one message adds. */
const EVENTS_A_RUN = 600;

/** How long rates that could not be set are left alone, unless something else changes. */
const SET_AGAIN_AFTER = '30 seconds';

/**
 * Keeps one OAuth client's budget: gates that refusals closed, limits learnt and set, and the rates of the families' task queues.
 *
 * Told by signals, asked by queries; never ends, and does nothing while nothing is told. All that it knows goes from one run to the
 * next. A message that cannot be read is ignored, with a warning.
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
      change(afterSetLimit(state, SetLimit.parse(raw)));
      return table();
    },
    { validator: (raw) => void parseOrFail(SetLimit, raw) },
  );
  setHandler(
    forgetLimitUpdate,
    (raw) => {
      change(afterForgetLimit(state, ForgetLimit.parse(raw)));
      return table();
    },
    { validator: (raw) => void parseOrFail(ForgetLimit, raw) },
  );

  await setRates(everyQueueRate(state, Date.now()));
  while (!isFull()) {
    const wakeMs = nextChangeMs(state);
    const isDue = () => isFull() || ratesToSet(state, Date.now()).length > 0 || nextChangeMs(state) !== wakeMs;
    if (wakeMs === null) await condition(isDue);
    else if (!(await condition(isDue, Math.max(1, wakeMs - Date.now())))) change(afterTime(state, Date.now()));
    const rates = ratesToSet(state, Date.now());
    if (rates.length > 0 && !(await setRates(rates))) await condition(isFull, SET_AGAIN_AFTER);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof budgetKeeper>(state);

  async function setRates(rates: readonly QueueRate[]): Promise<boolean> {
    try {
      const answer = await activities.setQueueRates.executeWithOptions(
        { summary: rates.map(({ family, ratePerSecond }) => `${family} ${ratePerSecond ?? 'unbounded'}`).join(', ') },
        [{ prefix: taskQueue, rates }],
      );
      change(afterQueueRates(state, rates, answer));
      return true;
    } catch (error) {
      log.warn('rates of task queues could not be set; they are set again', { error: String(error) });
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
