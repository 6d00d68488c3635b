import { healthsOf, type RoundQuestion } from './decideRound.js';
import { policyHash } from './policyHash.js';
import type { RoundDecision, RoundWrites, RouteDecision } from './roundDecision.js';
import { ROW_REST_MS } from './roundWrites.js';
import { cursorsOf } from './schedulesMoved.js';
import { sameList } from './sameList.js';
import type { RouteMemory, SyncMemory } from './syncMemory.js';
import type { WrittenWrite } from './syncState.js';

/** How a round went. */
export interface RoundOutcome extends RoundQuestion {
  readonly decision: RoundDecision;
  readonly writes: RoundWrites;
  readonly written: readonly WrittenWrite[];
  readonly enabled: boolean;
}

/**
 * The memory after a round: to be called for every round that decided, whatever became of its writes.
 *
 * `memory`, `truth` and `nowMs` are those of the decision that stood in the end; a route that was read again after a conflict is in
 * `truth` as it was read last.
 */
export function remembered(outcome: RoundOutcome): SyncMemory {
  const { truth, memory, nowMs, writes } = outcome;
  const rowsWrittenAt = recentRows(outcome);
  const due = writes.held
    .filter(({ because }) => because === 'rowWrittenLately')
    .flatMap(({ write }) => rowsWrittenAt[write.id] ?? [])
    .map((writtenAt) => new Date(Date.parse(writtenAt) + ROW_REST_MS).toISOString());
  return {
    routes: {
      ...memory.routes,
      ...Object.fromEntries(outcome.decision.routes.flatMap((route) => routeEntry(outcome, route))),
    },
    trunkBases: Object.fromEntries(
      [...healthsOf(outcome)].map(([id, { name, health, since, connections }]) => [
        id,
        { name, health, since, connections },
      ]),
    ),
    rowsWrittenAt,
    rowsDueAt: due.sort()[0] ?? null,
    schedules: cursorsOf(truth, nowMs),
    availability: truth.availability.filter(
      ({ from, intervalMinutes, agents }) => Date.parse(from) + agents.length * intervalMinutes * 60_000 > nowMs,
    ),
  };
}

/**
 * The memory with word that a list is about to be sent: so that a second look within the same round, or after a write whose answer
 * was lost, does not take it for a change by hand.
 */
export function attempting(memory: SyncMemory, outboundRoute: string, trunkBases: readonly string[]): SyncMemory {
  const before = memory.routes[outboundRoute];
  const route: RouteMemory = before ?? { trunkBases, attempts: [], ownedBy: null, handMade: null, failedAtOnce: [] };
  const attempts = [...route.attempts.filter((attempt) => !sameList(attempt, trunkBases)), trunkBases].slice(-3);
  return { ...memory, routes: { ...memory.routes, [outboundRoute]: { ...route, attempts } } };
}

function routeEntry(outcome: RoundOutcome, decided: RouteDecision): [string, RouteMemory][] {
  const { truth, memory, enabled, policy, writes } = outcome;
  const fact = truth.routes.find(({ id }) => id === decided.outboundRoute);
  if (fact === undefined) return [];
  const before = memory.routes[fact.id];
  const mine = outcome.written.filter(({ kind, id }) => kind === 'route' && id === fact.id).at(-1);
  const left = putBy(mine) ?? fact.trunkBaseIds;
  const isAsDecided = sameList(left, decided.trunkBases, fact.distribution);
  const isKnown = isAsDecided || mine?.outcome === 'written' || mine?.outcome === 'alreadySo';
  const unknown = mine && !isKnown ? [...(before?.attempts ?? []), decided.trunkBases].slice(-3) : before?.attempts;
  const hash = policyHash(policy);
  const isOwned = enabled && ((isAsDecided && decided.held === null) || before?.ownedBy === hash);
  return [
    [
      fact.id,
      {
        trunkBases: left,
        attempts: isKnown ? [] : (unknown ?? []),
        ownedBy: isOwned ? hash : null,
        handMade: policy.onDrift === 'restore' && isAsDecided ? null : decided.handMade,
        failedAtOnce: isAsDecided && writes.approved ? [] : decided.failedAtOnce,
      },
    ],
  ];
}

/** The list that a write put, which may be another than the one decided last: a round may decide again once it was sent. */
function putBy(write: WrittenWrite | undefined): readonly string[] | null {
  if (write?.outcome !== 'written' || !Array.isArray(write.after)) return null;
  return write.after.filter((trunkBase) => typeof trunkBase === 'string');
}

function recentRows({ memory, written, nowMs }: RoundOutcome): Record<string, string> {
  const now = written
    .filter(({ kind, outcome }) => kind === 'row' && outcome === 'written')
    .map(({ id, at }) => [id, at] as const);
  return Object.fromEntries(
    [...Object.entries(memory.rowsWrittenAt), ...now].filter(([, at]) => nowMs - Date.parse(at) < ROW_REST_MS),
  );
}
