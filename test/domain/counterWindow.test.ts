import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  admitCall,
  callEnded,
  callSent,
  type CounterWindow,
  countersFrom,
  UNKNOWN_WINDOW,
} from '../../src/domain/counterWindow.js';

const WINDOW_MS = 60_000;

interface Event {
  atMs: number;
  run: () => void;
}

/**
 * A token's limit as Genesys has it (a window opened by its first call), and callers who always want to call, on a virtual clock.
 * Requests take `latencyMs()` to arrive and as long to come back.
 */
function simulate(given: {
  allowed: number;
  callers: number;
  round: (seconds: number) => number;
  latencyMs: () => number;
  forMs: number;
}) {
  let window: CounterWindow = UNKNOWN_WINDOW;
  let [nowMs, opensMs, count, refused, accepted, fullMs, idleMs] = [0, Number.NEGATIVE_INFINITY, 0, 0, 0, 0, 0];
  const events: Event[] = [];
  const at = (atMs: number, run: () => void) => events.push({ atMs, run });

  const arrive = (sentMs: number) => {
    if (nowMs >= opensMs + WINDOW_MS) {
      // From the end of a window until its successor's first call, nothing is used.
      if (opensMs > 0) idleMs += nowMs - (opensMs + WINDOW_MS);
      [opensMs, count] = [nowMs, 0];
    }
    count++;
    if (count > given.allowed) refused++;
    else accepted++;
    if (count === given.allowed) fullMs++;
    const resetSeconds = given.round((opensMs + WINDOW_MS - nowMs) / 1000);
    const counters = { count, allowed: given.allowed, resetSeconds };
    at(nowMs + given.latencyMs(), () => {
      window = callEnded(window, { sentMs, receivedMs: nowMs, outcome: counters });
      call();
    });
  };
  const call = () => {
    const admitted = admitCall(window, nowMs);
    if (admitted === 'go') {
      window = callSent(window, nowMs);
      const sentMs = nowMs;
      at(nowMs + given.latencyMs(), () => arrive(sentMs));
    } else at(Math.max(admitted.waitUntilMs, nowMs + 1), call);
  };
  for (let caller = 0; caller < given.callers; caller++) at(caller, call);
  while (events.length > 0) {
    let soonest = 0;
    for (let i = 1; i < events.length; i++) if ((events[i]?.atMs ?? 0) < (events[soonest]?.atMs ?? 0)) soonest = i;
    const [event] = events.splice(soonest, 1);
    if (event === undefined || event.atMs > given.forMs) break;
    nowMs = event.atMs;
    event.run();
  }
  return { refused, accepted, fullWindows: fullMs, idleMs };
}

describe('the token’s own counters', () => {
  const rounds = { down: Math.floor, up: Math.ceil, nearest: Math.round };
  it.each(Object.entries(rounds))('are used up window by window without a refusal, rounded %s', (_name, round) => {
    fc.assert(
      fc.property(
        fc.constantFrom(10, 60, 300),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 5, maxLength: 50 }),
        (allowed, callers, latencies) => {
          let drawn = 0;
          const latencyMs = () => latencies[drawn++ % latencies.length] ?? 1;
          const seen = simulate({ allowed, callers, round, latencyMs, forMs: 5 * WINDOW_MS });
          expect(seen.refused).toBe(0);
          const slowest = Math.max(...latencies);
          // Four windows have ended by then; each costs about a second, and the way there and back.
          expect(seen.idleMs / 4).toBeLessThanOrEqual(2_000 + 2 * slowest);
          const canSend = (callers * WINDOW_MS) / (2 * slowest + 1) - 2 * callers;
          if (canSend > allowed * 1.2) expect(seen.fullWindows).toBeGreaterThanOrEqual(4);
        },
      ),
      { numRuns: 60, seed: 30 },
    );
  });

  it('let one call go first, and the rest when its answer has come', () => {
    const first = callSent(UNKNOWN_WINDOW, 1_000);
    expect(admitCall(UNKNOWN_WINDOW, 1_000)).toBe('go');
    expect(admitCall(first, 1_001)).toMatchObject({ anAnswerMayEndIt: true });
    const told = callEnded(first, {
      sentMs: 1_000,
      receivedMs: 1_100,
      outcome: { count: 299, allowed: 300, resetSeconds: 40 },
    });
    expect(admitCall(told, 1_100)).toBe('go');
    expect(admitCall(callSent(told, 1_100), 1_100)).toMatchObject({ anAnswerMayEndIt: true });
  });

  it('that never come hold nothing back', () => {
    const first = callSent(UNKNOWN_WINDOW, 0);
    const silent = callEnded(first, { sentMs: 0, receivedMs: 100, outcome: 'noCounters' });
    expect(admitCall(callSent(callSent(silent, 100), 100), 100)).toBe('go');
  });

  it('count a call that got no answer, which may have been counted', () => {
    const told = callEnded(callSent(UNKNOWN_WINDOW, 0), {
      sentMs: 0,
      receivedMs: 100,
      outcome: { count: 299, allowed: 300, resetSeconds: 40 },
    });
    const lost = callEnded(callSent(told, 200), { sentMs: 200, receivedMs: 300, outcome: 'noAnswer' });
    expect(admitCall(lost, 300)).toMatchObject({ anAnswerMayEndIt: false });
  });

  it('of an answer that comes late do not reopen what is used up', () => {
    const ended = (window: CounterWindow, sentMs: number, receivedMs: number, count: number, resetSeconds: number) =>
      callEnded(window, { sentMs, receivedMs, outcome: { count, allowed: 300, resetSeconds } });
    const used = ended(ended(UNKNOWN_WINDOW, 0, 50, 1, 60), 20_000, 20_050, 300, 40);
    const late = ended(used, 10_000, 20_100, 150, 50);
    expect(admitCall(late, 20_200)).toMatchObject({ anAnswerMayEndIt: false });
  });

  it('are read from headers only where they are whole numbers', () => {
    expect(countersFrom('180', '300', '17')).toEqual({ count: 180, allowed: 300, resetSeconds: 17 });
    expect(countersFrom('180', undefined, '17')).toBeNull();
    expect(countersFrom('180', '300', 'NaN')).toBeNull();
    expect(countersFrom('1', '0', '1')).toBeNull();
  });
});
