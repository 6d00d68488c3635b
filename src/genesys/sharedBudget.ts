import type { DocumentedLimit, RefusalReport } from '../domain/budget/budgetReports.js';
import { type BudgetView, EMPTY_BUDGET } from '../domain/budget/budgetView.js';
import type { Counters } from '../domain/counterWindow.js';
import type { Family } from '../domain/family.js';
import type { Lane } from '../domain/lane.js';

/** A refusal as the client tells it: the link adds whose it is. */
export type CallRefusal = Omit<RefusalReport, 'v' | 'worker'>;

/** A call that got through. Instants by the worker's clock, milliseconds since the epoch. */
export interface AcceptedCall {
  readonly family: Family;
  readonly lane: Lane;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The API's own counters of the answer; null where it had none. */
  readonly counters: Counters | null;
}

/** Jobs of a family that this worker has told to have begun and ended. */
export interface OwnJobs {
  readonly started: number;
  readonly ended: number;
}

/**
 * What all workers of one OAuth client know together: the port through which the client sees it and tells of its calls.
 *
 * Nothing here throws or is waited for but `look`, and of that the client waits 150 ms at most, half a second after two without a
 * look: after that, what was known before holds. What is told may be summed up, sent later or lost; a refusal goes at once.
 */
export interface SharedBudget {
  /**
   * The latest view, from a cache where that is younger than 150 ms; `fresh` asks anew.
   *
   * Called before every call of the API, so it must be cheap.
   */
  look(options?: { readonly fresh?: boolean }): Promise<BudgetView>;
  /** Whether the keeper has answered in the last seconds: then it works out the waits that refusals do not name. */
  isAlive(): boolean;
  refused(refusal: CallRefusal): void;
  accepted(call: AcceptedCall): void;
  /** A call created a job, or showed that a job of ours is over. Each once a job, as far as this worker can know. */
  jobStarted(family: Family): void;
  jobEnded(family: Family): void;
  /** Of those, the ones that the view last looked at does not hold yet. */
  unseenJobs(family: Family): OwnJobs;
  /** What `organizations/limits` said at the worker's start. */
  documented(limits: readonly DocumentedLimit[]): void;
}

const NOTHING_UNSEEN: OwnJobs = { started: 0, ended: 0 };

/** For commands without Temporal: each process knows only what it meets itself. */
export const NO_SHARED_BUDGET: SharedBudget = {
  look: () => Promise.resolve(EMPTY_BUDGET),
  isAlive: () => false,
  refused: () => undefined,
  accepted: () => undefined,
  jobStarted: () => undefined,
  jobEnded: () => undefined,
  unseenJobs: () => NOTHING_UNSEEN,
  documented: () => undefined,
};
