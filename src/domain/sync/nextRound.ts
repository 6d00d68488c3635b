import type { SyncPolicy } from './syncPolicy.js';
import type { SyncMemory } from './syncMemory.js';

/** From the first word of a trunk to the round that heeds it. */
export const FAILOVER_DEBOUNCE_MS = 500;

/** When the first signal of each kind came that no round has heeded yet, milliseconds since the epoch; null where none did. */
export interface PendingHints {
  readonly scheduleAtMs: number | null;
  readonly trunkAtMs: number | null;
  readonly nowAtMs: number | null;
}

/** When the next round is due, and why, in words that follow `next round`. */
export interface NextRound {
  readonly atMs: number;
  /** `failover` where a trunk is the reason. */
  readonly lane: 'failover' | 'sync';
  readonly why: string;
}

/**
 * When the next round is due: the earliest of the timer, what signals ask for, the end of a hold-down, and rows that were held back.
 *
 * A debounce counts from the first signal, and later ones do not extend it. Before the first round (`lastRoundAtMs` null) it is due
 * at once. Never earlier than `nowMs`.
 */
export function nextRound(question: {
  readonly policy: SyncPolicy;
  readonly memory: SyncMemory;
  readonly hints: PendingHints;
  /** When the last round read the truth. */
  readonly lastRoundAtMs: number | null;
  readonly nowMs: number;
}): NextRound {
  const { policy, memory, hints, lastRoundAtMs, nowMs } = question;
  if (lastRoundAtMs === null) return { atMs: nowMs, lane: 'sync', why: 'at once: it is the first' };
  const due: NextRound[] = [
    {
      atMs: lastRoundAtMs + policy.everyMinutes * 60_000,
      lane: 'sync',
      why: `by the timer, every ${policy.everyMinutes} min`,
    },
  ];
  if (hints.scheduleAtMs !== null)
    due.push({
      atMs: hints.scheduleAtMs + policy.debounceSeconds * 1000,
      lane: 'sync',
      why: 'for a schedule that changed',
    });
  if (hints.trunkAtMs !== null)
    due.push({ atMs: hints.trunkAtMs + FAILOVER_DEBOUNCE_MS, lane: 'failover', why: 'for a trunk that changed' });
  if (hints.nowAtMs !== null) due.push({ atMs: hints.nowAtMs, lane: 'sync', why: 'because it was asked for' });
  // What was due before the last round, that round has dealt with, or failed: then the timer brings the next.
  due.push(...dueOfItself(policy, memory).filter(({ atMs }) => atMs > lastRoundAtMs));
  const first = due.reduce((one, other) => (other.atMs < one.atMs ? other : one));
  return { ...first, atMs: Math.max(first.atMs, nowMs), lane: hints.trunkAtMs !== null ? 'failover' : first.lane };
}

function dueOfItself(policy: SyncPolicy, memory: SyncMemory): NextRound[] {
  const holdDowns = Object.values(memory.trunkBases)
    .filter(({ health }) => health === 'holdDown')
    .map(({ name, since }) => ({
      atMs: Date.parse(since) + policy.holdDownSeconds * 1000,
      lane: 'sync' as const,
      why: `for ${name}, whose hold-down ends`,
    }));
  if (memory.rowsDueAt === null) return holdDowns;
  const why = 'for rows that were written less than a minute ago';
  return [...holdDowns, { atMs: Date.parse(memory.rowsDueAt), lane: 'sync', why }];
}
