import { rowHash } from './metadataRows.js';
import type { PlannedWrite, RoundDecision, RoundWrites, RouteDecision } from './roundDecision.js';
import { sameList } from './sameList.js';
import type { MetadataRow, SyncTruth } from './syncFacts.js';
import type { SyncMemory } from './syncMemory.js';
import type { SyncPolicy } from './syncPolicy.js';

/** A row is rewritten at most so often, unless its role changed. */
export const ROW_REST_MS = 60_000;

/** What the writes of a round are worked out from. */
export interface WritesQuestion {
  readonly policy: SyncPolicy;
  readonly decision: RoundDecision;
  readonly truth: SyncTruth;
  readonly memory: SyncMemory;
  /** Whether an operator enabled exactly this policy. */
  readonly enabled: boolean;
  /** Hash of the decision that an operator approved; null where none stands. */
  readonly approved: string | null;
  readonly nowMs: number;
}

/**
 * The differences between what is and what was decided, in the order in which they shall be written, and those that are held back.
 *
 * Failover first: urgent routes, then rows whose role changed with them, then the rest. Nothing is sent while observing; nothing of
 * a route whose trunks failed at once, and nothing but failover of a round over `maxWritesPerRound`, until it is approved.
 */
export function roundWrites(question: WritesQuestion): RoundWrites {
  const approved = question.approved === question.decision.hash;
  const all = [...routeWrites(question), ...rowWrites(question), ...campaignWrites(question)];
  const ordered = [...all.filter(({ lane }) => lane === 'failover'), ...all.filter(({ lane }) => lane === 'sync')];
  const doubt = doubtOf(question.decision.routes);
  const judged = ordered.map((write) => ({ write, because: whyHeld(question, write, approved ? null : doubt) }));
  const held = judged.flatMap(({ write, because }) => (because === null ? [] : [{ write, because }]));
  const ready = judged.filter(({ because }) => because === null).map(({ write }) => write);
  if (approved || ready.length <= question.policy.maxWritesPerRound) return { approved, send: ready, held };
  const rest = ready.filter(({ lane }) => lane === 'sync');
  return {
    approved,
    send: ready.filter(({ lane }) => lane === 'failover'),
    held: [...held, ...rest.map((write) => ({ write, because: 'tooMany' as const }))],
  };
}

function whyHeld(
  { enabled, memory, nowMs }: WritesQuestion,
  write: PlannedWrite,
  doubt: Doubt | null,
): RoundWrites['held'][number]['because'] | null {
  if (!enabled) return 'observing';
  if (doubt && isInDoubt(write, doubt)) return 'massFailure';
  return isRecent(write, memory, nowMs) ? 'rowWrittenLately' : null;
}

function routeWrites({ decision, truth }: WritesQuestion): PlannedWrite[] {
  return decision.routes.flatMap((route) => {
    const before = truth.routes.find(({ id }) => id === route.outboundRoute);
    if (before === undefined || route.held === 'managedSite' || route.held === 'missing') return [];
    if (route.trunkBases.length === 0 || sameList(before.trunkBaseIds, route.trunkBases, before.distribution))
      return [];
    return [
      {
        kind: 'route' as const,
        id: route.outboundRoute,
        siteId: before.siteId,
        lane: route.isUrgent ? ('failover' as const) : ('sync' as const),
        before,
        after: route.trunkBases,
        why: route.why,
      },
    ];
  });
}

function rowWrites({ decision, truth, nowMs }: WritesQuestion): PlannedWrite[] {
  return decision.rows.flatMap((after) => {
    const exists = Object.hasOwn(truth.rows, after.key);
    const before = truth.rows[after.key] ?? null;
    const why = rowWords(before, exists, after, nowMs);
    if (why === null) return [];
    const isUrgent =
      before?.role !== after.role && (hasFailed(before, after) || movesUrgently(decision.routes, after.key));
    return [
      {
        kind: 'row' as const,
        id: after.key,
        lane: isUrgent ? ('failover' as const) : ('sync' as const),
        before,
        exists,
        after,
        why,
      },
    ];
  });
}

/** Why a row is written; null where it need not be. */
function rowWords(before: MetadataRow | null, exists: boolean, after: MetadataRow, nowMs: number): string | null {
  if (before === null) return exists ? 'the row could not be read' : 'there is no row';
  if (before.role !== after.role) return `${before.role} → ${after.role}`;
  if (before.content_hash !== after.content_hash || rowHash(before) !== before.content_hash)
    return `${after.agents_available} agents, ${after.calls_wanted} calls wanted`;
  return Date.parse(before.effective_to) > nowMs ? null : `it was good until ${before.effective_to}`;
}

/** Whether a trunk base that carried calls no longer can: also where its route was rewritten earlier in the round. */
function hasFailed(before: MetadataRow | null, after: MetadataRow): boolean {
  return before?.role === 'primary' && after.role === 'failover';
}

/** Whether a trunk base leaves or joins a route from which one in failover leaves. */
function movesUrgently(routes: readonly RouteDecision[], key: string): boolean {
  return routes.some(({ isUrgent, found, trunkBases }) => isUrgent && found.includes(key) !== trunkBases.includes(key));
}

function campaignWrites({ decision, truth }: WritesQuestion): PlannedWrite[] {
  return decision.campaigns.flatMap(({ campaign, lineCount, why }) => {
    const before = truth.campaigns.find(({ id }) => id === campaign)?.lineCount ?? null;
    if (lineCount === null || before === lineCount) return [];
    return [{ kind: 'campaign' as const, id: campaign, lane: 'sync' as const, before, after: lineCount, why }];
  });
}

/** Routes that wait for approval, and the trunk bases of those whose trunks failed at once: the role in their rows waits too. */
interface Doubt {
  readonly routes: ReadonlySet<string>;
  readonly trunkBases: ReadonlySet<string>;
}

function doubtOf(routes: readonly RouteDecision[]): Doubt {
  const held = routes.filter((route) => route.held === 'massFailure');
  const failed = routes.filter(({ failedAtOnce }) => failedAtOnce.length > 0);
  return {
    routes: new Set(held.map(({ outboundRoute }) => outboundRoute)),
    trunkBases: new Set(failed.flatMap(({ trunks }) => trunks.map(({ trunkBase }) => trunkBase))),
  };
}

function isInDoubt(write: PlannedWrite, doubt: Doubt): boolean {
  if (write.kind === 'route') return doubt.routes.has(write.id);
  return write.kind === 'row' && doubt.trunkBases.has(write.id) && write.before?.role !== write.after.role;
}

function isRecent(write: PlannedWrite, memory: SyncMemory, nowMs: number): boolean {
  if (write.kind !== 'row' || (write.before !== null && write.before.role !== write.after.role)) return false;
  const writtenAt = memory.rowsWrittenAt[write.id];
  return writtenAt !== undefined && nowMs - Date.parse(writtenAt) < ROW_REST_MS;
}
