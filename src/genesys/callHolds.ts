import { jobRoom } from '../domain/budget/jobRoom.js';
import {
  admitByCounters,
  announcedCalls,
  bookWithNewToken,
  countEnded,
  countSent,
  countUnsent,
  EMPTY_BOOK,
} from '../domain/counterBook.js';
import type { CallOutcome } from '../domain/counterWindow.js';
import type { Family, GateName } from '../domain/family.js';
import type { Lane } from '../domain/lane.js';
import { reserveOf } from '../domain/laneReserve.js';
import type { BudgetWatch } from './budgetWatch.js';
import { createEvenPace } from './evenPace.js';
import type { Hold } from './inlineWaits.js';
import type { OwnGate, OwnGates } from './ownGates.js';
import { createPromises } from './promises.js';
import type { SharedBudget } from './sharedBudget.js';
import type { SharedGates } from './sharedGates.js';

/** How soon to ask again when jobs are what is limited. */
const JOB_ROOM_AGAIN_MS = 1_000;

/** How long a worker's turn at what is left of the free jobs lasts: as long as tallies take to tell who had it. */
const JOB_TURN_MS = 2_000;

/** A call that asks to leave. */
export interface Leaving {
  readonly family: Family;
  readonly lane: Lane;
  /** Whether it creates a job, of which only so many may be under way. */
  readonly createsJob: boolean;
  /** When it began to wait, by the pacer's clock. */
  readonly startedMs: number;
}

/** A call that was counted as sent. Exactly one of the two follows. */
export interface CallOnItsWay {
  ended(outcome: CallOutcome, when: { readonly sentMs: number; readonly receivedMs: number }): void;
  unsent(): void;
}

/** What keeps calls from leaving: gates, the API's counters with the lanes' reserve, room for jobs, and a rate that nobody else keeps. */
export interface CallHolds {
  byGates(family: Family): Hold<OwnGate> | null;
  /** The first of them that holds a call; null where it may leave, and then `sent` must follow in the same moment. */
  of(leaving: Leaving): Hold<OwnGate> | null;
  /** Counts a call as sent. */
  sent(leaving: Leaving, sentMs: number): CallOnItsWay;
  /** A call was sent away until an instant: others of its line are to come after it. */
  promised(hold: Hold<OwnGate>): void;
  /** Jobs of a family under way, as far as this worker knows. */
  jobsUnderWay(family: Family): number;
  /** Counters are per token: a new one starts from nothing. */
  tokenChanged(): void;
  /** Calls that a window of the API's counters allows; null where no answer said so. */
  announced(): number | null;
}

export function createCallHolds(given: {
  readonly timeMs: () => number;
  readonly budget: SharedBudget;
  readonly watch: BudgetWatch;
  readonly own: OwnGates;
  readonly shared: SharedGates;
  readonly reserveShare: number;
}): CallHolds {
  const { timeMs, budget, watch, own, shared, reserveShare } = given;
  const asking = new Map<Family, number>();
  const promises = createPromises(timeMs);
  const pace = createEvenPace(timeMs);
  let book = EMPTY_BOOK;
  let tokens = 0;
  let turn = { slot: Number.NaN, drawn: 0 };

  const byGates = (family: Family): Hold<OwnGate> | null => {
    const names: GateName[] = [family, 'token'];
    const [here, elsewhere] = [own.holding(names), shared.holding(names)];
    return here !== null && here.untilMs >= (elsewhere?.untilMs ?? 0) ? here : elsewhere;
  };

  const byCounters = ({ family, lane }: Leaving): Hold<OwnGate> | null => {
    const line = `lane ${lane}`;
    const admitted = admitByCounters(book, family, timeMs(), reserveOf(lane, reserveShare), promises.ahead(line));
    if (admitted === 'go') return null;
    const { waitUntilMs: untilMs, anAnswerMayEndIt } = admitted;
    if (!anAnswerMayEndIt) {
      const why = `what the token's window has for lane ${lane} is used up`;
      return { gate: 'token', untilMs, why, line };
    }
    const why = 'an answer has yet to tell how many calls the token has left';
    return { gate: 'token', untilMs, why, mayEndSooner: true };
  };

  const jobsUnderWay = (family: Family): number => {
    const { started, ended } = budget.unseenJobs(family);
    return Math.max(0, (watch.latest().families[family]?.jobsInFlight ?? 0) + started - ended);
  };

  /** Drawn anew about as often as the keeper's view of jobs changes: what does not go evenly into the workers is shared out by it. */
  const turnNow = (): number => {
    const slot = Math.floor(timeMs() / JOB_TURN_MS);
    if (slot !== turn.slot) turn = { slot, drawn: Math.random() };
    return turn.drawn;
  };

  const byJobs = (family: Family): Hold<OwnGate> | null => {
    const { families, workers } = watch.latest();
    const { maxJobs = null, jobsInFlight = 0 } = families[family] ?? {};
    if (maxJobs === null) return null;
    const { started, ended } = budget.unseenJobs(family);
    const ownSince = started - ended + (asking.get(family) ?? 0);
    if (jobRoom({ maxJobs, jobsInFlight, workers, ownSince, turn: turnNow() }) >= 1) return null;
    const why = `${jobsUnderWay(family)} jobs are under way, and no more than ${maxJobs} are allowed at once`;
    return { gate: family, untilMs: timeMs() + JOB_ROOM_AGAIN_MS, why, mayEndSooner: true };
  };

  const nowAsking = (family: Family, change: number) => {
    asking.set(family, Math.max(0, (asking.get(family) ?? 0) + change));
  };

  return {
    byGates,
    of(leaving) {
      const { family, lane, createsJob } = leaving;
      const byAnnounced = byGates(family) ?? byCounters(leaving);
      if (byAnnounced !== null) return byAnnounced;
      const mayBeTooMany = createsJob && lane !== 'failover';
      return (mayBeTooMany ? byJobs(family) : null) ?? pace.holding(leaving, watch.latest(), promises);
    },
    sent(leaving, sentMs) {
      const { family, createsJob } = leaving;
      const counted = countSent(book, family, sentMs);
      book = counted.book;
      const token = tokens;
      pace.taken(leaving, watch.latest());
      if (createsJob) nowAsking(family, 1);
      const finish = (change: () => void) => {
        if (createsJob) nowAsking(family, -1);
        // Counters of an older token say nothing of this one's.
        if (token === tokens) change();
      };
      return {
        ended: (outcome, when) =>
          finish(() => {
            book = countEnded(book, counted.call, when, outcome);
          }),
        unsent: () =>
          finish(() => {
            book = countUnsent(book, counted.call);
          }),
      };
    },
    promised({ line, untilMs }) {
      if (line !== undefined) promises.made(line, untilMs);
    },
    jobsUnderWay,
    tokenChanged() {
      tokens++;
      book = bookWithNewToken(book);
    },
    announced: () => announcedCalls(book),
  };
}
