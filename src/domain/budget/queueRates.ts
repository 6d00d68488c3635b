import type { GateName } from '../family.js';
import { WORKED_FAMILIES } from '../taskQueues.js';
import { decide } from './decideLimit.js';
import { familyOf, type FamilyRecord, type KeeperState } from './keeperState.js';
import { judgedAtMs } from './limitEpisode.js';
import { ORDINARY_SHARE } from './limitParameters.js';
import { ratePerSecond } from './rate.js';

/** Differences of a rate that are not worth telling the server. */
const SAME_RATE = 0.01;

/** A rate takes up to three seconds to reach a queue: one that is wanted when a gate opens has to be set that much before. */
const RATE_ARRIVES_MS = 3_000;

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

/** Every rate that a task queue should have: what the server has may be stale. */
export function everyQueueRate(state: KeeperState, nowMs: number): QueueRate[] {
  return WORKED_FAMILIES.map((name) => {
    const family = familyOf(state, name);
    const rate = rateOf(family, nowMs);
    const reason =
      family.set === null ? 'learnt by Rosterline' : `${family.set.rate}, set by an operator of Rosterline`;
    return {
      family: name,
      ratePerSecond: rate === null ? null : Number(rate.toPrecision(4)),
      reason: rate === null ? 'nothing bounds it' : reason,
    };
  });
}

/** The rates that task queues should have and, as far as known, do not; none where the server takes none. */
export function ratesToSet(state: KeeperState, nowMs: number): QueueRate[] {
  if (state.noQueueRates !== null) return [];
  return everyQueueRate(state, nowMs).filter(({ family: name, ratePerSecond: wanted }) => {
    const family = familyOf(state, name);
    return !isSameRate(family.queueRate, wanted) && !isJudgedInTime(family, nowMs);
  });
}

/** The next instant at which something changes by itself: a closure is judged. Null when nothing does. */
export function nextChangeMs(state: KeeperState): number | null {
  const judged = Object.values(state.families).flatMap(({ model }) => {
    const atMs = judgedAtMs(model);
    return atMs === null || model.mode !== 'track' ? [] : [atMs];
  });
  return judged.length === 0 ? null : Math.min(...judged);
}

export function isWorked(name: GateName): name is QueueRate['family'] {
  return (WORKED_FAMILIES as readonly string[]).includes(name);
}

/** Whether the rate is about to be judged anew, and its gate is closed for long enough to set it after that. */
function isJudgedInTime({ model }: FamilyRecord, nowMs: number): boolean {
  const judgedMs = judgedAtMs(model);
  if (judgedMs === null || model.mode !== 'track') return false;
  return judgedMs > nowMs && model.gate.untilMs > judgedMs + RATE_ARRIVES_MS;
}

function isSameRate(known: number | null | undefined, wanted: number | null): boolean {
  if (known === undefined || known === null || wanted === null) return known === wanted;
  return Math.abs(known - wanted) <= SAME_RATE * known;
}
