import type { DatasetName } from './exportWindow.js';
import type { GateName } from './family.js';

/** What an end is foretold from. Instants are ISO 8601 UTC. */
export interface PaceSoFar {
  readonly startedAt: string;
  /** Time in which the export stood still: paused, by an operator or by itself. */
  readonly stoodStillMs: number;
  readonly windows: { readonly total: number; readonly done: number };
  /** Gates that are closed, of families that the export calls. */
  readonly gates: readonly { readonly family: string; readonly until: string }[];
}

/** What bounds the calls that are left. */
export interface CallBounds {
  /** Calls that the windows left will make, by family. */
  readonly callsLeft: Readonly<Partial<Record<GateName, number>>>;
  readonly families: readonly {
    readonly family: GateName;
    /** Until when no call leaves; null where the gate is open. */
    readonly gateUntil: string | null;
    /** What may leave a second, learnt or set; null where nothing bounds it. */
    readonly ratePerSecond: number | null;
  }[];
}

/** Windows that must have ended before a pace is told. */
const LEAST_WINDOWS = 3;

/**
 * When an export should end: no window ends before the last closed gate opens, and from then on they end at the pace so far.
 *
 * The pace holds what throttles cost so far, because more will come; it does not hold pauses. Null before three windows have ended.
 *
 * Milliseconds since the epoch in, ISO 8601 UTC out.
 */
export function expectedEnd({ startedAt, stoodStillMs, windows, gates }: PaceSoFar, nowMs: number): string | null {
  const { total, done } = windows;
  const left = Math.max(0, total - done);
  if (left === 0) return new Date(nowMs).toISOString();
  if (done < LEAST_WINDOWS) return null;
  const workedMs = Math.max(0, nowMs - Date.parse(startedAt) - stoodStillMs);
  const opensMs = Math.max(nowMs, ...gates.map(({ until }) => Date.parse(until)));
  return new Date(opensMs + (workedMs / done) * left).toISOString();
}

/**
 * An end that is not before the calls left can have been made: each family after its gate, at its rate.
 *
 * @param end from `expectedEnd`; null stays null, because nothing is known of the pace.
 */
export function noSoonerThanCalls(
  end: string | null,
  { callsLeft, families }: CallBounds,
  nowMs: number,
): string | null {
  if (end === null) return null;
  const endsMs = families.map(({ family, gateUntil, ratePerSecond }) => {
    // What closes for all calls of a client closes for these.
    const calls = family === 'token' ? sumOf(callsLeft) : (callsLeft[family] ?? 0);
    if (calls <= 0) return nowMs;
    const opensMs = Math.max(nowMs, gateUntil === null ? nowMs : Date.parse(gateUntil));
    return opensMs + (ratePerSecond === null ? 0 : (calls / ratePerSecond) * 1000);
  });
  return new Date(Math.max(Date.parse(end), ...endsMs)).toISOString();
}

/**
 * Calls that the windows left will make, by family: one that brings each window, and as many reads beside it as windows had so far.
 *
 * @param calls that the windows done have made.
 */
export function callsLeftOf(
  datasets: readonly DatasetName[],
  windows: { readonly total: number; readonly done: number },
  calls: number,
): Readonly<Partial<Record<GateName, number>>> {
  const left = Math.max(0, windows.total - windows.done);
  const asked = new Set(datasets);
  const share = left / Math.max(1, asked.size);
  const analytics = asked.has('occupancy') ? share : 0;
  const readsEach = windows.done === 0 ? 0 : Math.max(0, calls / windows.done - 1);
  return { analytics, 'wfm-jobs': left - analytics, reads: left * readsEach };
}

function sumOf(callsLeft: CallBounds['callsLeft']): number {
  return Object.values(callsLeft).reduce((sum, calls) => sum + calls, 0);
}
