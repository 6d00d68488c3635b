import { randomUUID } from 'node:crypto';
import { type CallOutcome, type Counters, saysUsedUp } from '../domain/counterWindow.js';
import type { Family, GateName } from '../domain/family.js';
import type { NamedLimit } from '../domain/familyOf.js';
import { toldWaitMs } from '../domain/retryInstant.js';
import type { Leaving } from './callHolds.js';
import type { GateRefusal } from './ownGates.js';
import type { SharedBudget } from './sharedBudget.js';

/** What a refusal says beside its instant. */
export interface FamilyRefusal extends GateRefusal {
  readonly sentAtMs: number;
  readonly counters: Counters | null;
  /** `limit` of the body. */
  readonly limit: NamedLimit | null;
}

/** What becomes of calls, as the shared budget is told of it: in whole milliseconds since the epoch. */
export interface BudgetTeller {
  /** A call was refused, and closed a gate until an instant of the pacer's clock. */
  refused(
    leaving: Leaving,
    refusal: FamilyRefusal,
    closed: { readonly gate: GateName; readonly untilMs: number },
  ): void;
  /** A call that left at an instant of the pacer's clock was answered with a success. */
  accepted(leaving: Leaving, sentAtMs: number, outcome: CallOutcome): void;
}

/** @param clocks.epochMs an instant of the pacer's clock by the wall clock. */
export function tellBudget(
  budget: SharedBudget,
  clocks: {
    readonly now: () => number;
    readonly epochMs: (atMs: number) => number;
    readonly jobsUnderWay: (family: Family) => number;
  },
): BudgetTeller {
  const { now, epochMs, jobsUnderWay } = clocks;
  return {
    refused({ family, lane, createsJob }, refusal, { gate, untilMs }) {
      const { counters, limit, sentAtMs, receivedMs, status } = refusal;
      budget.refused({
        callId: randomUUID(),
        family,
        gate,
        lane,
        sentMs: sentBefore(receivedMs, epochMs(sentAtMs)),
        receivedMs: wholeMs(receivedMs),
        toldMs: toldWaitMs(refusal) ?? null,
        untilMs: wholeMs(epochMs(untilMs)),
        status,
        limitKey: limit?.key ?? null,
        limitNamespace: limit?.namespace ?? null,
        announced: saysUsedUp(counters),
        jobsInFlight: createsJob ? jobsUnderWay(family) : null,
      });
    },
    accepted({ family, lane, createsJob }, sentAtMs, outcome) {
      const counters = typeof outcome === 'string' ? null : outcome;
      const receivedMs = wholeMs(now());
      budget.accepted({ family, lane, sentMs: sentBefore(receivedMs, epochMs(sentAtMs)), receivedMs, counters });
      if (createsJob) budget.jobStarted(family);
    },
  };
}

/** Whole milliseconds; never after the answer, which another clock timed. */
function sentBefore(receivedMs: number, sentMs: number): number {
  return Math.min(wholeMs(sentMs), wholeMs(receivedMs));
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.round(ms));
}
