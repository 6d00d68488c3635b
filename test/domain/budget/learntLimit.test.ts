import { describe, expect, it } from '@jest/globals';
import { decide, tallyEveryMs } from '../../../src/domain/budget/decideLimit.js';
import { limitFrom, LimitState, newLimit } from '../../../src/domain/budget/limitState.js';
import { step } from '../../../src/domain/budget/stepLimit.js';
import { acceptedCalls, MONDAY_MS, refusedCall } from '../../support/limitEvents.js';

describe('a learnt limit', () => {
  it('bounds nothing, and wants no tallies, before the first refusal', () => {
    const state = step(newLimit(), acceptedCalls(0, 60, 600));
    expect(decide(state, MONDAY_MS + 61_000)).toEqual({ ratePerSecond: null, gateUntilMs: null, maxJobs: null });
    expect(tallyEveryMs(state)).toBeNull();
  });

  it('closes the gate for as long as a refusal says', () => {
    const state = step(step(newLimit(), acceptedCalls(0, 30, 300)), refusedCall(30, 30));
    expect(decide(state, MONDAY_MS + 31_000).gateUntilMs).toBe(MONDAY_MS + 60_200);
    expect(decide(state, MONDAY_MS + 60_200).gateUntilMs).toBeNull();
  });

  it('learns 300 a minute from two windows that were used up, and paces just below it', () => {
    const state = [
      acceptedCalls(0, 30, 300),
      refusedCall(30, 30),
      acceptedCalls(60.3, 61, 7),
      acceptedCalls(61.1, 90, 293),
      refusedCall(90.1, 30),
      acceptedCalls(120.4, 121, 6),
    ].reduce(step, newLimit());
    expect(decide(state, MONDAY_MS + 121_000).ratePerSecond).toBeCloseTo(4.9, 1);
    expect(LimitState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('holds a rate that was learnt in an earlier life from the first call', () => {
    const state = limitFrom({ ratePerSecond: 4.9, windowMs: 60_000, maxJobs: null }, MONDAY_MS);
    expect(decide(state, MONDAY_MS).ratePerSecond).toBe(4.9);
  });
});
