import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, QueryRejectedError, WorkflowNotFoundError } from '@temporalio/client';
import type { TallyReport } from '../domain/budget/budgetReports.js';
import { type BudgetView, EMPTY_BUDGET } from '../domain/budget/budgetView.js';
import { gatesIn, withClosedGates } from '../domain/budget/closedInView.js';
import { budgetKeeperId } from '../domain/budget/keeperId.js';
import { TallySums } from '../domain/budget/tallySums.js';
import { closedGates } from '../domain/gates.js';
import { FAMILIES, type Family, type GateName } from '../domain/family.js';
import type { AcceptedCall, CallRefusal, OwnJobs, SharedBudget } from '../genesys/sharedBudget.js';
import type { GenesysLog } from '../genesys/genesysLog.js';
import { createKeeperPost } from './keeperPost.js';
import { createRateSetter } from './rateSetter.js';

/** How old a view may be and still be gone by. */
const VIEW_GOOD_FOR_MS = 150;
/** How long a question is waited for by the connection; the client waits 150 ms, or half a second. */
const ANSWER_WITHIN_MS = 3_000;
/** An answer that takes longer is used by the next look; this one goes by the last view. Less than what the client waits. */
const ANSWER_SOON_MS = 100;
/** The same where the last view is older than two seconds: a gate may have closed since. */
const FIRST_ANSWER_SOON_MS = 450;
const OLD_VIEW_MS = 2_000;
/** One that takes longer may be lost: it is asked again, while few are open. */
const ANSWER_LATE_MS = 200;
const MOST_OPEN = 4;
/** A keeper that does not answer is asked no more often. */
const ASK_AGAIN_AFTER_MS = 1_000;
/** How long after an answer the keeper counts as there. */
const ALIVE_FOR_MS = 5_000;
/** Time between tallies of families of which the keeper has said nothing. */
const UNKNOWN_TALLY_MS = 60_000;
/** What is left to be told when a worker stops is told within this time, or lost. */
const LAST_WORDS_WITHIN_MS = 1_000;

export interface BudgetLinkOptions {
  /** One whose queries are rejected by workflows that have ended (`queryRejectCondition: 'NOT_OPEN'`). */
  readonly client: Client;
  readonly clientId: string;
  /** Prefix of the task queues: the keeper runs on it. */
  readonly taskQueue: string;
  readonly log: GenesysLog;
  readonly now?: () => number;
}

/** The shared budget of one OAuth client, through its keeper. */
export interface BudgetLink extends SharedBudget {
  /** Tells what is left to be told, for at most a second. */
  close(): Promise<void>;
}

/** Workflow id of the keeper of an OAuth client's budget. */
export function keeperIdOf(clientId: string): string {
  return budgetKeeperId(createHash('sha256').update(clientId).digest('hex'));
}

/** Links a worker to the keeper of its OAuth client's budget, which is started where there is none. */
export function createBudgetLink({
  client,
  clientId,
  taskQueue,
  log,
  now = () => Date.now(),
}: BudgetLinkOptions): BudgetLink {
  const workflowId = keeperIdOf(clientId);
  const worker = randomUUID();
  const sums = new TallySums();
  const toldMs = new Map<Family, number>();
  /** When a family's gate was last seen to close, until a call got through it. */
  const closedMs = new Map<GateName, number>();
  const startedMs = now();
  let view: BudgetView = EMPTY_BUDGET;
  /** Gates that a keeper told which has been ended since: the one in its place does not know them, and only time opens a gate. */
  let carried: ReturnType<typeof closedGates<GateName>> = [];
  let viewMs = Number.NEGATIVE_INFINITY;
  let silentUntilMs = Number.NEGATIVE_INFINITY;
  let asking: { readonly answer: Promise<BudgetView>; readonly atMs: number } | null = null;
  const open = new Set<Promise<BudgetView>>();
  let tallies = 0;
  let unconfirmed: TallyReport[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const delivered = (): void => {
    silentUntilMs = Number.NEGATIVE_INFINITY;
    rates.follow();
  };
  const post = createKeeperPost({ client, workflowId, taskQueue, log, delivered });

  const ask = async (askedMs: number): Promise<BudgetView> => {
    try {
      const answer = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        client.workflow.getHandle(workflowId).query<BudgetView, [object]>('budget', { worker, nowMs: now() }),
      );
      if (askedMs >= viewMs) {
        viewMs = askedMs;
        seen(answer);
      }
    } catch (error) {
      if (askedMs >= viewMs) silentUntilMs = performance.now() + ASK_AGAIN_AFTER_MS;
      if (error instanceof WorkflowNotFoundError || error instanceof QueryRejectedError)
        post.send({ signal: 'start', report: null });
    } finally {
      if (asking?.atMs === askedMs) asking = null;
    }
    return view;
  };

  const seen = (told: BudgetView): void => {
    if (told.keeper !== view.keeper) carried = closedGates<GateName>(gatesIn(view), now());
    const answer = withClosedGates(told, carried, now());
    const closing = FAMILIES.filter((family) => isClosed(answer, family) && !isClosed(view, family));
    for (const family of closing) closedMs.set(family, now());
    view = answer;
    unconfirmed = unconfirmed.filter(({ number }) => number > (answer.lastTally ?? -1));
    // What got through before a gate closed is part of what is learnt from it.
    if (closing.length > 0) tell();
    else schedule();
  };

  const isClosed = ({ families }: BudgetView, family: Family): boolean =>
    (families[family]?.gate?.untilMs ?? 0) > now();

  /** Sends a tally of all that was counted. */
  const tell = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const { counted } = sums;
    if (counted.length === 0) return;
    const report: TallyReport = { v: 1, worker, number: tallies++, atMs: now(), ...sums.take() };
    for (const family of counted) toldMs.set(family, now());
    unconfirmed.push(report);
    post.send({ signal: 'tally', report });
  };

  const dueMs = (family: Family): number => {
    const everyMs = view.families[family] === undefined ? UNKNOWN_TALLY_MS : view.families[family].tallyEveryMs;
    // All workers tell at the same instants: what the keeper then knows is whole, and costs it one look.
    return everyMs === null
      ? Number.POSITIVE_INFINITY
      : (Math.floor((toldMs.get(family) ?? startedMs) / everyMs) + 1) * everyMs;
  };

  const schedule = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const nextMs = Math.min(...sums.counted.map(dueMs));
    if (closed || !Number.isFinite(nextMs)) return;
    // A clock that was set back must not silence a worker.
    timer = setTimeout(tell, Math.min(Math.max(0, nextMs - now()), UNKNOWN_TALLY_MS)).unref();
  };

  const look: BudgetLink['look'] = async ({ fresh = false } = {}) => {
    if (fresh && asking !== null) await asking.answer;
    const isGood = performance.now() - viewMs < VIEW_GOOD_FOR_MS && !fresh;
    if (closed || isGood || performance.now() < silentUntilMs) return view;
    // Now and then the server loses a question: one that is late is asked again beside it.
    const isLate = asking !== null && performance.now() - asking.atMs > ANSWER_LATE_MS && open.size < MOST_OPEN;
    if (asking === null || isLate) {
      const atMs = performance.now();
      const question = ask(atMs);
      open.add(question);
      void question.finally(() => open.delete(question));
      asking = { answer: question, atMs };
    }
    const { answer } = asking;
    // A client that waits no longer must have what was seen last: it may be all that is known of a gate.
    if (fresh || !Number.isFinite(viewMs)) return await answer;
    const soonMs = performance.now() - viewMs > OLD_VIEW_MS ? FIRST_ANSWER_SOON_MS : ANSWER_SOON_MS;
    return await Promise.race([answer, sleep(soonMs).then(() => view)]);
  };
  const lookNow = async (): Promise<BudgetView | null> => {
    const startedMs = performance.now();
    await look({ fresh: true });
    return viewMs >= startedMs ? view : null;
  };
  const rates = createRateSetter({ client, taskQueue, look: lookNow, now, log });

  post.send({ signal: 'start', report: null });
  return {
    look,
    isAlive: () => performance.now() - viewMs < ALIVE_FOR_MS,
    refused(refusal: CallRefusal) {
      post.send({ signal: 'refused', report: { v: 1, worker, ...refusal } });
      closedMs.set(refusal.gate, refusal.receivedMs);
      // What got through before it is part of what is learnt from it.
      tell();
    },
    accepted({ family, lane, sentMs, receivedMs, counters }: AcceptedCall) {
      sums.accepted(family, sentMs, lane === 'failover');
      if (counters !== null) {
        const { count, allowed, resetSeconds } = counters;
        sums.announced({ count, allowed, endsMs: Math.round(receivedMs + resetSeconds * 1000) });
      }
      // The first call through a gate that had closed says that it has opened.
      if (sentMs > (closedMs.get(family) ?? Number.POSITIVE_INFINITY)) {
        closedMs.delete(family);
        tell();
      } else if (timer === undefined) schedule();
    },
    jobStarted(family) {
      sums.jobStarted(family);
      const { started, ended } = sums.jobs(family);
      // A job taken from what all workers share must be known before another takes it too; one in place of an ended one need not.
      const isTaken = (view.families[family]?.maxJobs ?? null) !== null && started > ended;
      if (isTaken) tell();
      else if (timer === undefined) schedule();
    },
    jobEnded(family) {
      sums.jobEnded(family);
      if (timer === undefined) schedule();
    },
    unseenJobs(family): OwnJobs {
      const told = unconfirmed.map(({ families }) => families[family]);
      const { started, ended } = sums.jobs(family);
      return {
        started: told.reduce((sum, tally) => sum + (tally?.jobsStarted ?? 0), started),
        ended: told.reduce((sum, tally) => sum + (tally?.jobsEnded ?? 0), ended),
      };
    },
    documented(limits) {
      post.send({ signal: 'documented', report: { v: 1, limits: limits.slice(0, 200) } });
    },
    async close() {
      tell();
      closed = true;
      clearTimeout(timer);
      await Promise.all([rates.close(), ...open, post.close(LAST_WORDS_WITHIN_MS)]);
    },
  };
}
