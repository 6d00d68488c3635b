import type { GateName } from '../family.js';
import { WORKED_FAMILIES } from '../taskQueues.js';
import { decide } from './decideLimit.js';
import { familyOf, type FamilyRecord, type KeeperState } from './keeperState.js';
import { judgedAtMs } from './limitEpisode.js';
import { ORDINARY_SHARE } from './limitParameters.js';
import { ratePerSecond } from './rate.js';

/** Differences of a rate that are not worth telling the server. */
const SAME_RATE = 0.01;

/** A rate to give to a task queue, or none. */
export interface QueueRate {
  readonly family: (typeof WORKED_FAMILIES)[number];
  readonly ratePerSecond: number | null;
  readonly reason: string;
}

/** Calls a second that all workers together may make: set, else learnt; null when nothing bounds them. */
export function rateOf({ set, model }: FamilyRecord, nowMs: number): number | null {
  const learnt = decide(model, nowMs).ratePerSecond;
  if (set === null) return learnt;
  const rate = ratePerSecond(set.rate);
  // Urgent calls take a queue without a rate, and are paid for by the others.
  const paid = Math.max(ORDINARY_SHARE * rate, rate - model.urgent.perSecond);
  return model.gate.unproven ? Math.min(paid, learnt ?? paid) : paid;
}

/** Every rate that a task queue should have. */
export function everyQueueRate(state: KeeperState, nowMs: number): QueueRate[] {
  return WORKED_FAMILIES.map((name) => {
    const family = familyOf(state, name);
    return queueRateFor(name, rateOf(family, nowMs));
  });
}

/** A rate as a task queue is given it: in four digits, so that what is the same looks the same. */
export function queueRateFor(family: QueueRate['family'], ratePerSecond: number | null): QueueRate {
  if (ratePerSecond === null) return { family, ratePerSecond, reason: 'nothing bounds it, says Rosterline' };
  return {
    family,
    ratePerSecond: Number(ratePerSecond.toPrecision(4)),
    reason: 'learnt by Rosterline, or set with it',
  };
}

/** Whether a queue has a rate that is as good as the one it should have. */
export function isSameRate(known: number | null, wanted: number | null): boolean {
  if (known === null || wanted === null) return known === wanted;
  return Math.abs(known - wanted) <= SAME_RATE * known;
}

/** The next instant at which rates change though nothing is told: a closure is judged. Null when nothing does. */
export function nextChangeMs(state: KeeperState): number | null {
  const judged = Object.values(state.families).flatMap(({ model }) => judgedAtMs(model) ?? []);
  return judged.length === 0 ? null : Math.min(...judged);
}

export function isWorked(name: GateName): name is QueueRate['family'] {
  return (WORKED_FAMILIES as readonly string[]).includes(name);
}
