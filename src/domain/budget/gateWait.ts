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
  const ceilingMs = Math.max(LONGEST_GUESSED_WAIT_MS, 0.3 * (windowMs ?? 0));
  if (windowMs !== null && state.mode === 'track')
    return Math.min(ceilingMs, windowWaitMs(state, windowMs, toldMs, tooEarly));
  return Math.min(ceilingMs, Math.max(FIRST_WAIT_MS, toldMs) * WAIT_GROWTH ** tooEarly);
}

/** Where about how long a window is is known: shortly, then about half of it, which is what is left of a quota that was halved. */
function windowWaitMs({ probe }: LimitState, windowMs: number, toldMs: number, tooEarly: number): number {
  // An even rate too fast by a share fills a window earlier by that share.
  if (tooEarly === 0 && probe.running)
    return Math.max(FIRST_WAIT_MS, (1.05 * windowMs * probe.step) / (1 + probe.step) + 300);
  if (tooEarly === 0) return Math.max(FIRST_WAIT_MS, 0.06 * windowMs, toldMs);
  return Math.max(FIRST_WAIT_MS, 0.4 * windowMs, toldMs) * 2 ** (tooEarly - 1);
}

/** Time to the next multiple of the window after an instant at which it opened. */
function untilNext(openedMs: number, windowMs: number, atMs: number): number {
  const windows = Math.max(1, Math.floor((atMs - openedMs) / windowMs) + 1);
  return openedMs + windows * windowMs - atMs;
}
