import type { PendingHints } from './nextRound.js';

/** Why there is to be a round, beside the signals. */
export type SyncCause =
  | 'scheduleChanged'
  | 'trunkChanged'
  | 'syncNow'
  | 'timer'
  | 'start'
  | 'enable'
  | 'approve'
  | 'setPolicy'
  | 'resume'
  | 'unfinished';

/**
 * What was told since the last round: how often, and the first instant of each kind.
 *
 * However many signals come, this stays as small: what they say is not kept, because the round reads the truth.
 */
export interface SyncHints extends PendingHints {
  readonly counts: Readonly<Record<string, number>>;
  /** When what the last round left undone is to be tried again; null where nothing is. */
  readonly laterAtMs: number | null;
}

export const NO_HINTS: SyncHints = { counts: {}, scheduleAtMs: null, trunkAtMs: null, nowAtMs: null, laterAtMs: null };

/** The hints with one more. @param atMs now or, for what is `unfinished`, when it is to be tried again. */
export function hinted(hints: SyncHints, cause: SyncCause, atMs: number): SyncHints {
  const counts = { ...hints.counts, [cause]: (hints.counts[cause] ?? 0) + 1 };
  if (cause === 'unfinished') return { ...hints, counts, laterAtMs: Math.min(hints.laterAtMs ?? atMs, atMs) };
  if (cause === 'scheduleChanged') return { ...hints, counts, scheduleAtMs: hints.scheduleAtMs ?? atMs };
  if (cause === 'trunkChanged') return { ...hints, counts, trunkAtMs: hints.trunkAtMs ?? atMs };
  return { ...hints, counts, nowAtMs: hints.nowAtMs ?? atMs };
}

/** Hints that a round took and could not heed, with those that came meanwhile. */
export function hintsOfBoth(taken: SyncHints, since: SyncHints): SyncHints {
  const counts = { ...taken.counts };
  for (const [cause, count] of Object.entries(since.counts)) counts[cause] = (counts[cause] ?? 0) + count;
  return {
    counts,
    scheduleAtMs: taken.scheduleAtMs ?? since.scheduleAtMs,
    trunkAtMs: taken.trunkAtMs ?? since.trunkAtMs,
    nowAtMs: taken.nowAtMs ?? since.nowAtMs,
    laterAtMs: taken.laterAtMs ?? since.laterAtMs,
  };
}

/** Whether the one has a kind of hint that the other did not have. */
export function isFirstOfItsKind(before: SyncHints, after: SyncHints): boolean {
  return (['scheduleAtMs', 'trunkAtMs', 'nowAtMs', 'laterAtMs'] as const).some(
    (kind) => before[kind] === null && after[kind] !== null,
  );
}

/** What a round takes that looks at trunks and routes alone: the trunks' hints; schedules keep waiting for theirs. */
export function trunkHintsOf(hints: SyncHints): { taken: SyncHints; left: SyncHints } {
  const { trunkChanged = 0, ...others } = hints.counts;
  return {
    taken: { ...NO_HINTS, counts: { trunkChanged }, trunkAtMs: hints.trunkAtMs },
    left: { ...hints, counts: others, trunkAtMs: null },
  };
}
