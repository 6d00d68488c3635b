import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import { AWAY_MS } from './outages.js';

/** What a production of several machines can lose, and gets back. */
export const KILL_KINDS = ['worker', 'temporal', 'postgres', 'objects'] as const;
export type KillKind = (typeof KILL_KINDS)[number];

/** One kill: so long after the one before. */
export interface PlannedKill {
  readonly kind: KillKind;
  readonly afterMs: number;
  /** How long a server stays away; a worker is started again at once. */
  readonly awayMs: number;
  /** Which worker, from 0 to below 1 of those that are ready. */
  readonly which: number;
}

/** Kills without end, drawn by a seed: each four of them are one of each kind, in any order. */
export function* drawKills(
  seed: number,
  apartSeconds: { readonly min: number; readonly max: number },
): Generator<PlannedKill, never> {
  const random = seededRandom('production', seed);
  const between = (min: number, max: number) => min + random.next() * (max - min);
  for (;;) {
    const kinds = KILL_KINDS.map((kind) => ({ kind, at: random.next() })).sort((one, other) => one.at - other.at);
    for (const { kind } of kinds)
      yield {
        kind,
        afterMs: between(apartSeconds.min, apartSeconds.max) * 1000,
        awayMs: between(AWAY_MS.min, AWAY_MS.max),
        which: random.next(),
      };
  }
}

/** How far an export was, in sealed windows, at an instant (milliseconds since the epoch): its start, each kill, its end. */
export interface Mark {
  readonly atMs: number;
  readonly sealed: number;
  /** What was killed then; null at the start and the end. */
  readonly kind: KillKind | null;
}

/** Kills of a kind, and what each of them cost on average, in seconds. */
export interface KindOfKills {
  readonly kills: number;
  readonly secondsLostAKill: number;
}

/**
 * What each kind of kill costs: the time from such a kill to the next one, less what the windows sealed meanwhile take undisturbed.
 *
 * What is lost before the first kill counts for none.
 */
export function lostByKind(marks: readonly Mark[], calmSeconds: number): Record<KillKind, KindOfKills> {
  const all = marks.at(-1)?.sealed ?? 0;
  const secondsAWindow = all === 0 ? 0 : calmSeconds / all;
  const lost = marks.slice(0, -1).map(({ atMs, sealed, kind }, index) => {
    const next = marks[index + 1] ?? { atMs, sealed };
    return { kind, seconds: (next.atMs - atMs) / 1000 - (next.sealed - sealed) * secondsAWindow };
  });
  const of = (kind: KillKind): KindOfKills => {
    const ours = lost.filter((one) => one.kind === kind);
    const seconds = ours.reduce((sum, one) => sum + one.seconds, 0);
    return { kills: ours.length, secondsLostAKill: ours.length === 0 ? 0 : seconds / ours.length };
  };
  return { worker: of('worker'), temporal: of('temporal'), postgres: of('postgres'), objects: of('objects') };
}
