import type { SyncGate } from './gatedAnswer.js';
import { type NextRound, nextRound } from './nextRound.js';
import type { SyncHints } from './syncHints.js';
import type { SyncMemory } from './syncMemory.js';
import type { SyncPolicy } from './syncPolicy.js';

/** A timer that no run lives to see. */
const NEVER_MINUTES = 1e9;

/** Closed gates of these hold every round: without their calls none can do anything about a trunk. */
const NEEDED_BY_ALL = ['token', 'reads', 'telephony-writes'];

/**
 * When the next round is due, and what it looks at.
 *
 * `trunks` reads trunks and routes alone, so that a failover costs two calls, and leaves the schedules' hints to their own debounce;
 * `full` reads everything and heeds all that was told.
 */
export interface DueRound {
  readonly kind: 'full' | 'trunks';
  /** Milliseconds since the epoch, never in the past. */
  readonly atMs: number;
  readonly lane: NextRound['lane'];
  /** For people. */
  readonly why: string;
}

/**
 * The next round, behind the gates that it would meet: all that is told while one is closed becomes one round, when it opens.
 *
 * Gates that only rows, campaigns or snapshots meet hold full rounds alone, and none for longer than the timer's interval.
 */
export function dueRound(question: {
  readonly policy: SyncPolicy;
  readonly memory: SyncMemory;
  readonly hints: SyncHints;
  /** Gates as they were last met; those of the past are open. */
  readonly gates: readonly SyncGate[];
  /** When the last round that read everything began; null before the first. */
  readonly lastFullMs: number | null;
  /** Before this no round begins, because the last one failed; null where it did not. */
  readonly notBeforeMs: number | null;
  readonly nowMs: number;
}): DueRound {
  const { policy, memory, hints, gates, lastFullMs, nowMs } = question;
  const shared = { lastRoundAtMs: lastFullMs, nowMs };
  const trunks = nextRound({
    ...shared,
    policy: { ...policy, everyMinutes: NEVER_MINUTES },
    memory,
    hints: { scheduleAtMs: null, trunkAtMs: hints.trunkAtMs, nowAtMs: null },
  });
  const full = nextRound({
    ...shared,
    policy,
    memory: { ...memory, trunkBases: {}, rowsDueAt: null },
    hints: { ...hints, trunkAtMs: null, nowAtMs: earliest(hints.nowAtMs, hints.laterAtMs) },
  });
  const hard = latest(gates, nowMs, (family) => NEEDED_BY_ALL.includes(family));
  const soft = latest(gates, nowMs, (family) => !NEEDED_BY_ALL.includes(family));
  const notBeforeMs = Math.max(hard?.untilMs ?? 0, question.notBeforeMs ?? 0);
  const softMs = Math.min(soft?.untilMs ?? 0, full.atMs + policy.everyMinutes * 60_000);
  const trunksAtMs = Math.max(trunks.atMs, notBeforeMs);
  const fullAtMs = Math.max(full.atMs, notBeforeMs, softMs);
  const isFull = fullAtMs <= trunksAtMs;
  const [due, atMs] = isFull ? [full, fullAtMs] : [trunks, trunksAtMs];
  const gate = [hard, soft].find((closed) => closed?.untilMs === atMs);
  const why = gate && atMs > due.atMs ? `${due.why}, once ${gate.family} is open again` : due.why;
  return { kind: isFull ? 'full' : 'trunks', atMs, lane: hints.trunkAtMs === null ? due.lane : 'failover', why };
}

/** The gate of some families that is closed for longest; undefined where none is. */
function latest(
  gates: readonly SyncGate[],
  nowMs: number,
  concerns: (family: string) => boolean,
): SyncGate | undefined {
  return gates
    .filter(({ family, untilMs }) => untilMs > nowMs && concerns(family))
    .reduce<SyncGate | undefined>((one, other) => (one && one.untilMs >= other.untilMs ? one : other), undefined);
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
