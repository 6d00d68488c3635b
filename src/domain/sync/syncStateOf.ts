import type { DueRound } from './dueRound.js';
import { isEnabled, type SyncCarried } from './syncCarried.js';
import type { RouteDecision } from './roundDecision.js';
import type { RoundRecord, SyncState } from './syncState.js';

/** Reasons for which writes wait for an operator's `approve`. */
const FOR_APPROVAL = ['massFailure', 'tooMany'];

/**
 * A sync's state for people and for `sync status`.
 *
 * @param due the next round; null while one is under way or nothing is known yet.
 */
export function syncStateOf(carried: SyncCarried, due: DueRound | null, nowMs: number): SyncState {
  const { last, paused, begun } = carried;
  const gated = due === null ? [] : carried.gates.filter(({ untilMs }) => untilMs > nowMs && untilMs === due.atMs);
  return {
    round: last?.round ?? carried.round,
    at: last?.endedAt ?? null,
    enabled: isEnabled(carried),
    routes: last?.routes.map(shown) ?? [],
    writes: last?.writes.filter(({ outcome }) => outcome === 'written').length ?? 0,
    drift: last?.drift ?? [],
    throttledUntil: gated[0] ? new Date(gated[0].untilMs).toISOString() : null,
    paused: paused && { since: paused.since, reason: paused.reason },
    needsApproval: last && isEnabled(carried) && needsApproval(last) ? last.round : null,
    heldWrites: last?.heldWrites.length ?? 0,
    policyHash: begun?.policyHash ?? null,
    next: nextWords(carried, due, nowMs),
    problem: carried.problem,
    unreadableSignals: carried.unreadableSignals,
    takeOver: carried.takeOver ?? null,
    staleSignals: carried.staleSignals ?? 0,
  };
}

/** A route that waits for approval is shown as it stands: `why` says what it would become. */
function shown({ outboundRoute, trunkBases, found, held, why }: RouteDecision): SyncState['routes'][number] {
  return { outboundRoute, trunkBases: held === 'massFailure' ? found : trunkBases, why };
}

/** Whether a round held back what an operator may let through. */
export function needsApproval({ heldWrites }: RoundRecord): boolean {
  return heldWrites.some(({ because }) => FOR_APPROVAL.includes(because));
}

function nextWords({ paused, begun }: SyncCarried, due: DueRound | null, nowMs: number): string {
  if (begun === null) return 'once a worker of the organisation has read the policy';
  if (paused !== null) return 'once somebody resumes it';
  if (due === null) return 'under way';
  return due.atMs <= nowMs ? due.why : `at ${new Date(due.atMs).toISOString()}, ${due.why}`;
}
