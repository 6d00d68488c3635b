import { LONGEST_TOLD_MS } from './limitParameters.js';
import type { AcceptedCalls, LimitEvent, RefusedCall } from './limitEvent.js';

/** Last instant of the year 9999: beyond it an instant is garbage. */
const LAST_INSTANT_MS = 253_402_300_799_999;
const MOST_CALLS = 1e6;

/**
 * The event with every number made one that can be counted with; null when not even its instant can be.
 *
 * Waits that were told are cut to 0 … 31 days; a wait that is no number was not told.
 */
export function soundEvent(event: LimitEvent): LimitEvent | null {
  if (!soundInstant(event.atMs)) return null;
  if (event.kind === 'tick') return event;
  return event.kind === 'accepted' ? soundAccepted(event) : soundRefused(event);
}

function soundAccepted(event: AcceptedCalls): AcceptedCalls | null {
  const calls = count(event.calls);
  if (calls === 0) return { ...event, calls, urgentCalls: 0, slices: [] };
  if (!soundInstant(event.firstSentMs) || !soundInstant(event.lastSentMs)) return null;
  return {
    ...event,
    calls,
    urgentCalls: Math.min(calls, count(event.urgentCalls)),
    firstSentMs: Math.min(event.firstSentMs, event.lastSentMs),
    lastSentMs: Math.max(event.firstSentMs, event.lastSentMs),
    jobsInFlight: jobs(event.jobsInFlight),
    slices: event.slices
      .filter(({ fromMs, calls: inSlice }) => soundInstant(fromMs) && count(inSlice) > 0)
      .map(({ fromMs, calls: inSlice }) => ({ fromMs, calls: count(inSlice) }))
      .sort((left, right) => left.fromMs - right.fromMs),
  };
}

function soundRefused(event: RefusedCall): RefusedCall {
  const { toldMs } = event;
  const told = toldMs === null || Number.isNaN(toldMs) ? null : Math.min(LONGEST_TOLD_MS, Math.max(0, toldMs));
  const sentMs = soundInstant(event.sentMs) ? event.sentMs : event.atMs;
  return { ...event, sentMs, toldMs: told, jobsInFlight: jobs(event.jobsInFlight) };
}

function soundInstant(ms: number): boolean {
  return ms >= 0 && ms <= LAST_INSTANT_MS;
}

function count(calls: number): number {
  return calls > 0 ? Math.min(MOST_CALLS, Math.floor(calls)) : 0;
}

function jobs(inFlight: number | null): number | null {
  return inFlight !== null && inFlight >= 0 ? Math.min(MOST_CALLS, Math.floor(inFlight)) : null;
}
