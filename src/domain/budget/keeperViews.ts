import { FAMILIES, GATE_NAMES, type GateName } from '../family.js';
import { WORKED_FAMILIES } from '../taskQueues.js';
import { type BudgetQuestion, type BudgetView, type FamilyBudget } from './budgetView.js';
import { familyOf, type FamilyRecord, type KeeperState } from './keeperState.js';
import type { LimitsRow, LimitsTable } from './limitsTable.js';
import { ratePerSecond } from './rate.js';
import { LAST_HOUR, LAST_MINUTE, sumOf } from './recentCounts.js';

/** How often a worker tells its tally while its family is not bounded by anything: so that `limits` shows what is used. */
const UNTROUBLED_TALLY_MS = 60_000;

/** A worker that told nothing for this long is not counted as working. */
const WORKER_SILENT_MS = 150_000;

/** Jobs of which none was told to begin or end for this long have ended unseen: an export was stopped, or a worker killed. */
const JOBS_FORGOTTEN_MS = 600_000;

/** Differences of a rate that are not worth telling the server. */
const SAME_RATE = 0.01;

/** What workers go by, as of an instant. */
export function budgetView(state: KeeperState, question: BudgetQuestion | undefined, keeperNowMs: number): BudgetView {
  const nowMs = laterOf(keeperNowMs, question?.nowMs);
  const told = Object.values(state.workers);
  const lastTally = state.workers[question?.worker ?? '']?.number;
  const families: BudgetView['families'] = {};
  for (const name of GATE_NAMES) {
    const family = state.families[name];
    if (family !== undefined) families[name] = familyBudget(state, name, family, nowMs);
  }
  return {
    v: 1,
    workers: told.filter(({ atMs }) => nowMs - atMs < WORKER_SILENT_MS).length,
    ...(lastTally === undefined ? {} : { lastTally }),
    families,
  };
}

/** What people are shown, as of an instant. */
export function limitsTable(state: KeeperState, asOfMs: number | undefined, keeperNowMs: number): LimitsTable {
  const nowMs = laterOf(keeperNowMs, asOfMs);
  const families = GATE_NAMES.map((name) => limitsRow(state, name, nowMs));
  return { v: 1, families, notes: state.noQueueRates === null ? [] : [state.noQueueRates] };
}

/** A rate to give to a task queue, or none. */
export interface QueueRate {
  readonly family: (typeof WORKED_FAMILIES)[number];
  readonly ratePerSecond: number | null;
  readonly reason: string;
}

/** The rates that task queues should have and, as far as known, do not. */
export function ratesToSet(state: KeeperState, nowMs: number): QueueRate[] {
  if (state.noQueueRates !== null) return [];
  return WORKED_FAMILIES.flatMap((name) => {
    const family = familyOf(state, name);
    const wanted = rateOf(family, nowMs);
    if (family.queueRate !== undefined && isSameRate(family.queueRate, wanted)) return [];
    return [{ family: name, ratePerSecond: wanted === null ? null : Number(wanted.toPrecision(4)), reason: whyNow(name, family, nowMs) }];
  });
}

function familyBudget(state: KeeperState, name: GateName, family: FamilyRecord, nowMs: number): FamilyBudget {
  const rate = rateOf(family, nowMs);
  return {
    gate: gateOf(family, nowMs),
    ratePerSecond: rate,
    pacedBy: state.noQueueRates === null && isWorked(name) ? 'queue' : 'client',
    maxJobs: null,
    jobsInFlight: jobsInFlight(family, nowMs),
    tallyEveryMs: UNTROUBLED_TALLY_MS,
  };
}

function limitsRow(state: KeeperState, name: GateName, nowMs: number): LimitsRow {
  const family = familyOf(state, name);
  const gate = gateOf(family, nowMs);
  const { counters } = state;
  return {
    family: name,
    documented: name === 'token' ? state.documented : [],
    learnt: null,
    set: family.set,
    usedNow: { callsLastMinute: sumOf(family.accepted, LAST_MINUTE, nowMs), jobsInFlight: jobsInFlight(family, nowMs) },
    counters:
      name !== 'token' || counters === null || counters.endsMs < nowMs
        ? null
        : { count: counters.count, allowed: counters.allowed, endsAt: isoInstant(counters.endsMs) },
    gateUntil: gate === null ? null : isoInstant(gate.untilMs),
    refusedLastHour: sumOf(family.refused, LAST_HOUR, nowMs),
    pacedBy: pacedBy(state, name, family, nowMs),
    why: whyNow(name, family, nowMs),
  };
}

function pacedBy(state: KeeperState, name: GateName, family: FamilyRecord, nowMs: number): LimitsRow['pacedBy'] {
  if (name === 'token') return state.counters === null ? 'nothing' : 'counters';
  if (rateOf(family, nowMs) === null) return 'nothing';
  return state.noQueueRates === null && isWorked(name) ? 'queue' : 'client';
}

/** In words: what bounds a family now. */
function whyNow(_name: GateName, family: FamilyRecord, nowMs: number): string {
  const said = [
    ...(gateOf(family, nowMs) === null ? [] : [`closed: ${family.gate?.why ?? ''}`]),
    ...(family.set === null ? [] : [`${family.set.rate} set by an operator`]),
  ];
  return said.length > 0 ? said.join('; ') : 'nothing bounds it';
}

function gateOf({ gate }: FamilyRecord, nowMs: number): FamilyBudget['gate'] {
  return gate !== null && gate.untilMs > nowMs ? { untilMs: gate.untilMs, why: gate.why.slice(0, 300) } : null;
}

function rateOf(family: FamilyRecord, _nowMs: number): number | null {
  return family.set === null ? null : ratePerSecond(family.set.rate);
}

function jobsInFlight({ jobs }: FamilyRecord, nowMs: number): number {
  return nowMs - jobs.changedMs > JOBS_FORGOTTEN_MS ? 0 : jobs.inFlight;
}

function isWorked(name: GateName): name is QueueRate['family'] {
  return (WORKED_FAMILIES as readonly string[]).includes(name);
}

function isSameRate(one: number | null, other: number | null): boolean {
  if (one === null || other === null) return one === other;
  return Math.abs(one - other) <= SAME_RATE * one;
}

/** The asker's clock, where it is ahead: the keeper's stands still while nothing is told. */
function laterOf(keeperNowMs: number, askedMs: number | undefined): number {
  return askedMs !== undefined && Number.isFinite(askedMs) ? Math.max(keeperNowMs, askedMs) : keeperNowMs;
}

/** ISO 8601, also of instants that no `Date` can hold. */
function isoInstant(ms: number): string {
  return new Date(Math.min(ms, 8_640_000_000_000_000)).toISOString();
}
