import { GATE_NAMES, type GateName } from '../family.js';
import { gateOfLimit } from '../familyOf.js';
import type { BudgetQuestion, BudgetView, FamilyBudget } from './budgetView.js';
import { decide, isTrying, tallyEveryMs } from './decideLimit.js';
import { describeLimit } from './describeLimit.js';
import { jobsUnderWay } from './jobsUnderWay.js';
import { familyOf, type FamilyRecord, type KeeperState } from './keeperState.js';
import type { LimitsRow, LimitsTable } from './limitsTable.js';
import { isWorked, nextChangeMs, rateOf } from './queueRates.js';
import { LAST_HOUR, sumOf } from './recentCounts.js';

/** How often a worker tells its tally while nothing was refused: so that `limits` shows what is used. */
const UNTROUBLED_TALLY_MS = 60_000;

/** A worker that told nothing for this long is not counted as working. */
const WORKER_SILENT_MS = 150_000;

/** What workers go by, as of an instant. */
export function budgetView(state: KeeperState, question: BudgetQuestion | undefined, keeperNowMs: number): BudgetView {
  const nowMs = laterOf(keeperNowMs, question?.nowMs);
  const told = Object.values(state.workers);
  const changesAtMs = nextChangeMs(state);
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
    ...(changesAtMs === null || changesAtMs <= nowMs ? {} : { changesAtMs: Math.ceil(changesAtMs) }),
    families,
  };
}

/** What people are shown, as of an instant. */
export function limitsTable(state: KeeperState, asOfMs: number | undefined, keeperNowMs: number): LimitsTable {
  const nowMs = laterOf(keeperNowMs, asOfMs);
  const families = GATE_NAMES.map((name) => limitsRow(state, name, nowMs));
  return { v: 1, families, notes: state.noQueueRates === null ? [] : [state.noQueueRates] };
}

function familyBudget(state: KeeperState, name: GateName, family: FamilyRecord, nowMs: number): FamilyBudget {
  return {
    gate: gateOf(family, nowMs),
    ratePerSecond: rateOf(family, nowMs),
    ...(isTrying(family.model) ? { trying: true } : {}),
    pacedBy: ratesKeptBy(state, name),
    maxJobs: decide(family.model, nowMs).maxJobs,
    jobsInFlight: jobsUnderWay(family.jobs, nowMs) ?? 0,
    tallyEveryMs: tallyEveryMs(family.model) ?? UNTROUBLED_TALLY_MS,
  };
}

function limitsRow(state: KeeperState, name: GateName, nowMs: number): LimitsRow {
  const family = familyOf(state, name);
  const { ratePerSecond, windowMs, maxJobs } = describeLimit(family.model, nowMs);
  const gate = gateOf(family, nowMs);
  const learnt = ratePerSecond === null && windowMs === null && maxJobs === null;
  return {
    family: name,
    documented: state.documented.filter((limit) => (gateOfLimit(limit) ?? 'token') === name),
    learnt: learnt ? null : { ratePerSecond, windowMs, maxJobs },
    set: family.set,
    usedNow: {
      callsLastMinute: callsLastMinute(state, name, nowMs),
      jobsInFlight: jobsUnderWay(family.jobs, nowMs) ?? 0,
    },
    counters: name === 'token' ? countersNow(state, nowMs) : null,
    gateUntil: gate === null ? null : isoInstant(gate.untilMs),
    refusedLastHour: sumOf(family.refused, LAST_HOUR, nowMs),
    pacedBy: pacedBy(state, name, family, nowMs),
    why: whyNow(name, family, nowMs),
  };
}

/** The token's calls are those of all families. */
function callsLastMinute(state: KeeperState, name: GateName, nowMs: number): number {
  const names = name === 'token' ? GATE_NAMES : [name];
  return names.reduce((sum, one) => sum + describeLimit(familyOf(state, one).model, nowMs).callsLastMinute, 0);
}

function countersNow({ counters }: KeeperState, nowMs: number): LimitsRow['counters'] {
  if (counters === null || counters.endsMs < nowMs) return null;
  return { count: counters.count, allowed: counters.allowed, endsAt: isoInstant(counters.endsMs) };
}

/** Who keeps a family's rate, where it has one. */
function ratesKeptBy(state: KeeperState, name: GateName): FamilyBudget['pacedBy'] {
  return state.noQueueRates === null && isWorked(name) ? 'queue' : 'client';
}

function pacedBy(state: KeeperState, name: GateName, family: FamilyRecord, nowMs: number): LimitsRow['pacedBy'] {
  if (name === 'token') return state.counters === null ? 'nothing' : 'counters';
  if (rateOf(family, nowMs) !== null) return ratesKeptBy(state, name);
  if (family.model.announced) return 'counters';
  return decide(family.model, nowMs).maxJobs === null ? 'nothing' : 'client';
}

/** In words: what bounds a family now, and why. */
function whyNow(name: GateName, family: FamilyRecord, nowMs: number): string {
  const gate = gateOf(family, nowMs);
  const said = [
    ...(gate === null ? [] : [`closed: ${gate.why}`]),
    ...(family.set === null ? [] : ['an operator set its rate']),
    ...(name === 'token' ? [] : [describeLimit(family.model, nowMs).why]),
    ...(gate !== null || family.lastRefusal === null ? [] : [`last ${family.lastRefusal}`]),
  ];
  return said.join('; ') || 'the API counts the calls of a token';
}

/** Closed by what a refusal named, or by what was learnt: whichever is longer. */
function gateOf({ gate, model, lastRefusal }: FamilyRecord, nowMs: number): FamilyBudget['gate'] {
  const learntMs = decide(model, nowMs).gateUntilMs ?? 0;
  const toldMs = gate?.untilMs ?? 0;
  if (Math.max(learntMs, toldMs) <= nowMs) return null;
  const why = toldMs >= learntMs ? gate?.why : lastRefusal;
  return { untilMs: Math.ceil(Math.max(learntMs, toldMs)), why: (why ?? 'learnt from refusals').slice(0, 300) };
}

/** The asker's clock, where it is ahead: the keeper's stands still while nothing is told. */
function laterOf(keeperNowMs: number, askedMs: number | undefined): number {
  return askedMs !== undefined && Number.isFinite(askedMs) ? Math.max(keeperNowMs, askedMs) : keeperNowMs;
}

/** ISO 8601, also of instants that no `Date` can hold. */
function isoInstant(ms: number): string {
  return new Date(Math.min(ms, 8_640_000_000_000_000)).toISOString();
}
