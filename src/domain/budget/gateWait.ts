import { FIRST_WAIT_MS, LONGEST_GUESSED_WAIT_MS, LONGEST_ROOM_MS, MARGIN, WAIT_GROWTH } from './limitParameters.js';
import { isTrusted } from './limitTrust.js';
import type { LimitState } from './limitState.js';

/** How long after a refusal the gate stays closed, and whether that is what the refusal named. */
export interface GateWait {
  readonly ms: number;
  readonly asTold: boolean;
}

/**
 * Wait after a refusal of a call that left through an open gate.
 *
 * @param tooEarly refusals one after another since the gate first closed.
 */
export function gateWait(state: LimitState, atMs: number, toldMs: number | null, tooEarly: number): GateWait {
  if (toldMs !== null && isTrusted(state)) return { ms: toldMs + roomMs(state, toldMs), asTold: true };
  return { ms: Math.max(toldMs ?? 0, guessedWaitMs(state, atMs, toldMs ?? 0, tooEarly)), asTold: false };
}

/**
 * A rolling window that names a short wait opens for one call, and stays full: what else is on its way would be refused. This much longer,
 * and the margin is free again.
 */
export function roomMs({ mode, windowMs }: LimitState, toldMs: number): number {
  if (mode !== 'track' || windowMs === null || toldMs >= 0.05 * windowMs) return 0;
  return Math.min(LONGEST_ROOM_MS, MARGIN * windowMs);
}

function guessedWaitMs(state: LimitState, atMs: number, toldMs: number, tooEarly: number): number {
  const { windowMs, reopened, outer } = state;
  const closedForMs = tooEarly === 0 ? 0 : Math.max(0, atMs - state.gate.firstRefusedMs);
  if (tooEarly === 0 && windowMs !== null && reopened !== null && state.lastJudgedAsTooFast) {
    if (atMs >= reopened.byMs && atMs < reopened.byMs + 1.5 * windowMs)
      return Math.max(0.03 * windowMs, untilNext(reopened.byMs, windowMs, atMs));
  }
  if (outer !== null && outer.windowMs !== null && tooEarly < 6 && closedForMs > (windowMs ?? 0) && closedForMs > 0)
    return untilNext(outer.byMs, outer.windowMs, atMs);
  if (windowMs !== null && state.probe.running && tooEarly === 0) {
    // An even rate too fast by a share fills a window earlier by that share.
    const over = state.probe.step / (1 + state.probe.step);
    return Math.max(FIRST_WAIT_MS, 1.05 * over * windowMs + 300);
  }
  if (windowMs !== null && state.mode === 'track') {
    const waitMs = Math.max(FIRST_WAIT_MS, 0.06 * windowMs, toldMs) * 2.5 ** tooEarly;
    return Math.min(Math.max(LONGEST_GUESSED_WAIT_MS, 0.3 * windowMs), waitMs);
  }
  const ceilingMs = Math.max(LONGEST_GUESSED_WAIT_MS, 0.3 * (windowMs ?? 0));
  return Math.min(ceilingMs, Math.max(FIRST_WAIT_MS, 0.03 * (windowMs ?? 0), toldMs) * WAIT_GROWTH ** tooEarly);
}

/** Time to the next multiple of the window after an instant at which it opened. */
function untilNext(openedMs: number, windowMs: number, atMs: number): number {
  const windows = Math.max(1, Math.floor((atMs - openedMs) / windowMs) + 1);
  return openedMs + windows * windowMs - atMs;
}
