import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fixedWindow, rollingWindow, tokenBucket, type Limiter } from '../../../bench/model/limiter.js';
import { decide } from '../../../src/domain/budget/decideLimit.js';
import { limitFrom, type LimitState } from '../../../src/domain/budget/limitState.js';
import { step } from '../../../src/domain/budget/stepLimit.js';
import { seededRandom } from '../../../src/simulator/data/seededRandom.js';
import { acceptedCalls, MONDAY_MS, refusedCall } from '../../support/limitEvents.js';

const JITTER_S = 0.125;

describe('a learnt limit in the long run', () => {
  it('is never refused by a fixed window, a rolling one or a bucket while it keeps an even pace just below them', () => {
    const limiters = (calls: number, windowS: number, phase: number): Limiter[] => [
      fixedWindow(calls, windowS * 1000, { phaseMs: phase * windowS * 1000 }),
      fixedWindow(calls, windowS * 1000, { phaseMs: 0, openedByCall: true }),
      rollingWindow(calls, windowS * 1000),
      tokenBucket(calls, calls / windowS),
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 400 }),
        fc.integer({ min: 30, max: 3_600 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (calls, windowS, phase) => {
          const known = {
            ratePerSecond: (calls - 1) / (windowS + 4 * JITTER_S),
            windowMs: windowS * 1000,
            maxJobs: null,
          };
          const perSecond = decide(limitFrom(known, MONDAY_MS), MONDAY_MS).ratePerSecond ?? Number.NaN;
          const random = seededRandom('even pace', calls, windowS);
          const refused = limiters(calls, windowS, phase).map((limiter) => {
            const sent = Array.from(
              { length: 3 * calls },
              (_, call) => call / perSecond + JITTER_S * (1 + 2 * random.next()),
            );
            return sent.filter((second) => !limiter.call(1000 * second).accepted).length;
          });
          expect(refused).toEqual([0, 0, 0, 0]);
        },
      ),
      { numRuns: 40, seed: 17 },
    );
  });

  it('pays for each try that fails with 200 calls that got through', () => {
    let state = limitFrom({ ratePerSecond: 5, windowMs: 60_000, maxJobs: null }, MONDAY_MS);
    let calls = 0;
    let failed = 0;
    for (let second = 10; second < 40_000; second += 10) {
      const ran = Math.round((state.pacePerSecond ?? 0) * 10);
      state = step(state, acceptedCalls(second - 10, second - 0.5, ran));
      calls += ran;
      if (!state.probe.running) continue;
      state = step(state, refusedCall(second, 1));
      failed++;
    }
    expect(failed).toBeGreaterThan(20);
    // Two were paid for at the start.
    expect(calls / (failed - 2)).toBeGreaterThan(195);
  });

  it('stays within 4 KB after a million calls and thousands of refusals', () => {
    const random = seededRandom('a long life');
    let state: LimitState = limitFrom({ ratePerSecond: 3, windowMs: 300_000, maxJobs: null }, MONDAY_MS);
    let largest = 0;
    let seconds = 0;
    for (let event = 0; event < 4_000; event++) {
      seconds += 60 * random.next();
      const slices = Array.from({ length: 8 }, (_, index) => ({
        fromMs: MONDAY_MS + 1000 * (seconds + index * random.next()),
        calls: random.integer(1, 80),
      }));
      const calls = slices.reduce((sum, slice) => sum + slice.calls, 0);
      const jobsInFlight = random.integer(0, 99_999);
      state = step(state, acceptedCalls(seconds, seconds + 9, calls, { slices, jobsInFlight, urgentCalls: 3 }));
      if (random.chance(0.3))
        state = step(
          state,
          refusedCall(seconds + 9.123 + random.next(), random.chance(0.5) ? null : 500 * random.next(), {
            jobsInFlight,
          }),
        );
      largest = Math.max(largest, JSON.stringify(state).length);
    }
    expect(largest).toBeLessThanOrEqual(4096);
    expect(state.refused.at(-1)?.[1]).toBeGreaterThan(1_000);
  });
});
