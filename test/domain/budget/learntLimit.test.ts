import { describe, expect, it } from '@jest/globals';
import { decide, tallyEveryMs } from '../../../src/domain/budget/decideLimit.js';
import { describeLimit } from '../../../src/domain/budget/describeLimit.js';
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

  it('tries slowly whether a gate whose instant is a guess has opened, and waits longer each time it has not', () => {
    const events = [acceptedCalls(0, 10, 100), refusedCall(10, null), refusedCall(15, null), refusedCall(22, null)];
    const waits = events.map((_, index) => {
      const state = events.slice(0, index + 1).reduce(step, newLimit());
      return Math.round((state.gate.untilMs - (events[index]?.atMs ?? 0)) / 1000);
    });
    expect(waits.slice(1)).toEqual([4, 6, 9]);
    expect(decide(events.reduce(step, newLimit()), MONDAY_MS + 40_000).ratePerSecond).toBe(0.5);
  });

  it('pays for urgent calls out of the rate, and leaves a quarter of it to the others', () => {
    const known = limitFrom({ ratePerSecond: 2, windowMs: 60_000, maxJobs: null }, MONDAY_MS);
    const some = step(known, acceptedCalls(0, 60, 90, { urgentCalls: 30 }));
    expect(decide(some, MONDAY_MS + 60_300).ratePerSecond).toBeCloseTo(1.5, 1);
    const many = step(known, acceptedCalls(0, 60, 900, { urgentCalls: 900 }));
    expect(decide(many, MONDAY_MS + 60_300).ratePerSecond).toBeCloseTo(0.5, 1);
  });

  it('leaves a family whose calls the API counts to its counters', () => {
    const state = step(newLimit(), refusedCall(10, 20, { announced: true }));
    expect(decide(state, MONDAY_MS + 11_000)).toEqual({
      ratePerSecond: null,
      gateUntilMs: MONDAY_MS + 30_200,
      maxJobs: null,
    });
    expect(describeLimit(state, MONDAY_MS + 11_000).mode).toBe('counters');
  });

  it('is shown with what it is made of', () => {
    const known = limitFrom({ ratePerSecond: 2, windowMs: 60_000, maxJobs: null }, MONDAY_MS);
    const state = [acceptedCalls(0, 30, 60), refusedCall(30, 5)].reduce(step, known);
    expect(describeLimit(state, MONDAY_MS + 31_000)).toMatchObject({
      mode: 'rate',
      ratePerSecond: 2,
      windowMs: 60_000,
      callsLastMinute: 60,
      refusedLastHour: 1,
    });
    expect(describeLimit(newLimit(), MONDAY_MS).why).toBe('nothing was refused yet');
  });
});
