import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ServerClock, serverClockAfter, serverTimeMs } from '../../src/domain/serverClock.js';

describe("the time by a server's clock", () => {
  it('is right to less than a second and the time an answer took, however wrong our own clock is', () => {
    const answer = fc.record({
      gapMs: fc.nat(60_000),
      tookMs: fc.integer({ min: 1, max: 400 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -7_200_000, max: 7_200_000 }),
        fc.array(answer, { minLength: 1 }),
        (aheadMs, answers) => {
          let clock: ServerClock | null = null;
          let steadyMs = 1_000_000;
          let previousError = Infinity;
          for (const { gapMs, tookMs, share } of answers) {
            const sentAtMs = steadyMs + gapMs;
            steadyMs = sentAtMs + tookMs;
            const trueMs = sentAtMs + Math.floor(tookMs * share) + aheadMs;
            clock = serverClockAfter(clock, {
              sentAtMs,
              receivedAtMs: steadyMs,
              dateMs: Math.floor(trueMs / 1000) * 1000,
            });
            const error = Math.abs(serverTimeMs(clock, steadyMs) - (steadyMs + aheadMs));
            expect(error).toBeLessThanOrEqual((1_000 + tookMs) / 2 + 1);
            // Each answer narrows what it can be.
            const width = clock.mostMs - clock.leastMs;
            expect(width).toBeLessThanOrEqual(previousError);
            previousError = width;
          }
        },
      ),
      { seed: 47 },
    );
  });

  it('follows a server whose clock was set', () => {
    const first = serverClockAfter(null, { sentAtMs: 0, receivedAtMs: 10, dateMs: 50_000 });
    const set = serverClockAfter(first, { sentAtMs: 1_000, receivedAtMs: 1_010, dateMs: 3_651_000 });
    expect(Math.abs(serverTimeMs(set, 1_010) - 3_651_000)).toBeLessThanOrEqual(1_000);
  });
});
