import { type FamilyBudget, UNBOUNDED_FAMILY } from '../../../src/domain/budget/budgetView.js';
import type { GateName } from '../../../src/domain/family.js';
import type { AcceptedCall, CallRefusal, SharedBudget } from '../../../src/genesys/sharedBudget.js';

/** A shared budget in the hands of a test: it answers what it is set to, and writes down what it is told. */
export interface StubBudget extends SharedBudget {
  /** What `look` answers, or does. */
  answer: () => unknown;
  /** Says so of some families, and nothing of the others. */
  say(families: Partial<Record<GateName, Partial<FamilyBudget>>>, workers?: number): void;
  readonly told: {
    readonly refusals: CallRefusal[];
    readonly accepted: AcceptedCall[];
    started: number;
    ended: number;
    looks: number;
  };
}

export function stubBudget(): StubBudget {
  const told: StubBudget['told'] = { refusals: [], accepted: [], started: 0, ended: 0, looks: 0 };
  const budget: StubBudget = {
    told,
    answer: () => ({ v: 1, workers: 1, families: {} }),
    say(families, workers = 1) {
      const whole = Object.fromEntries(
        Object.entries(families).map(([name, part]) => [name, { ...UNBOUNDED_FAMILY, ...part }]),
      );
      budget.answer = () => ({ v: 1, workers, families: whole });
    },
    // What another version of the keeper may answer is the client's to read.
    look: async () => {
      told.looks++;
      return (await budget.answer()) as Awaited<ReturnType<SharedBudget['look']>>;
    },
    isAlive: () => true,
    refused: (refusal) => told.refusals.push(refusal),
    accepted: (call) => told.accepted.push(call),
    jobStarted: () => told.started++,
    jobEnded: () => told.ended++,
    unseenJobs: () => ({ started: told.started, ended: told.ended }),
    documented: () => undefined,
  };
  return budget;
}
