import type { Lane } from './lane.js';

/** What a window keeps from `backfill` at its start, unless set otherwise. Source: simulated, 99 % of the quota used all the same. */
export const DEFAULT_RESERVE_SHARE = 0.2;

/** Calls of the token's window that a lane leaves to more urgent ones. */
export interface Reserve {
  /** Share of the window's calls at its start; none at its end. */
  readonly share: number;
  /** Calls that stay until the end. */
  readonly leastCalls: number;
}

export const NO_RESERVE: Reserve = { share: 0, leastCalls: 0 };

/**
 * What a lane leaves: `backfill` the share that is set and two calls to the end, `nightly` half of that; `sync` and `failover` may
 * use all.
 *
 * @param backfillShare in [0, 1); 0 switches reserves off.
 */
export function reserveOf(lane: Lane, backfillShare = DEFAULT_RESERVE_SHARE): Reserve {
  if (!(backfillShare > 0)) return NO_RESERVE;
  if (lane === 'backfill') return { share: Math.min(backfillShare, 0.9), leastCalls: 2 };
  if (lane === 'nightly') return { share: Math.min(backfillShare, 0.9) / 2, leastCalls: 1 };
  return NO_RESERVE;
}

/**
 * Calls kept at one moment: the share of what is left of the window, and no fewer than the least.
 *
 * Of a window of few calls the least is no more than the share, and never all of them, or nothing would ever leave.
 *
 * @param left what is left of the window, 1 at its start, 0 at its end.
 */
export function reservedCalls({ share, leastCalls }: Reserve, allowed: number, left: number): number {
  const whole = share * allowed;
  const least = Math.min(leastCalls, Math.ceil(whole), allowed - 1);
  return Math.max(least, whole * Math.min(1, Math.max(0, left)));
}
