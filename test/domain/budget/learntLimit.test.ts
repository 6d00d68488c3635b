import { describe, expect, it } from '@jest/globals';
import { decide, tallyEveryMs } from '../../../src/domain/budget/decideLimit.js';
import type { AcceptedCalls, RefusedCall } from '../../../src/domain/budget/limitEvent.js';
import { limitFrom, LimitState, newLimit } from '../../../src/domain/budget/limitState.js';
import { step } from '../../../src/domain/budget/stepLimit.js';

const T0 = Date.UTC(2026, 0, 5, 8);

function accepted(fromS: number, toS: number, calls: number): AcceptedCalls {
  return {
    kind: 'accepted',
    atMs: T0 + toS * 1000 + 300,
    firstSentMs: T0 + fromS * 1000,
    lastSentMs: T0 + toS * 1000,
    calls,
    urgentCalls: 0,
    jobsInFlight: null,
    slices: [],
  };
}

function refused(sentS: number, toldS: number | null): RefusedCall {
  return {
    kind: 'refused',
    callId: `call ${sentS}`,
    atMs: T0 + sentS * 1000 + 200,
    sentMs: T0 + sentS * 1000,
    toldMs: toldS === null ? null : toldS * 1000,
    jobsInFlight: null,
    announced: false,
  };
}

describe('a learnt limit', () => {
  it('bounds nothing, and wants no tallies, before the first refusal', () => {
    const state = step(newLimit(), accepted(0, 60, 600));
    expect(decide(state, T0 + 61_000)).toEqual({ ratePerSecond: null, gateUntilMs: null, maxJobs: null });
    expect(tallyEveryMs(state)).toBeNull();
  });

  it('closes the gate for as long as a refusal says', () => {
    const state = step(step(newLimit(), accepted(0, 30, 300)), refused(30, 30));
    expect(decide(state, T0 + 31_000).gateUntilMs).toBe(T0 + 60_200);
    expect(decide(state, T0 + 60_200).gateUntilMs).toBeNull();
  });

  it('learns 300 a minute from two windows that were used up, and paces just below it', () => {
    const state = [
      accepted(0, 30, 300),
      refused(30, 30),
      accepted(60.3, 61, 7),
      accepted(61.1, 90, 293),
      refused(90.1, 30),
      accepted(120.4, 121, 6),
    ].reduce(step, newLimit());
    expect(decide(state, T0 + 121_000).ratePerSecond).toBeCloseTo(4.9, 1);
    expect(LimitState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('holds a rate that was learnt in an earlier life from the first call', () => {
    const state = limitFrom({ ratePerSecond: 4.9, windowMs: 60_000, maxJobs: null }, T0);
    expect(decide(state, T0).ratePerSecond).toBe(4.9);
  });
});
