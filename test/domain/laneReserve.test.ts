import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LANES } from '../../src/domain/lane.js';
import { NO_RESERVE, reservedCalls, reserveOf } from '../../src/domain/laneReserve.js';

describe('what a lane leaves to more urgent ones', () => {
  it('is a fifth of 300 calls for a backfill at the window’s start, half of that for the nightly load, and less and less', () => {
    expect([1, 0.5, 0.1, 0].map((left) => reservedCalls(reserveOf('backfill'), 300, left))).toEqual([60, 30, 6, 2]);
    expect([1, 0.5, 0].map((left) => reservedCalls(reserveOf('nightly'), 300, left))).toEqual([30, 15, 1]);
  });

  it('is nothing for the sync and for failover, and for nobody where it is switched off', () => {
    expect(reserveOf('sync')).toEqual(NO_RESERVE);
    expect(reserveOf('failover')).toEqual(NO_RESERVE);
    for (const lane of LANES) expect(reserveOf(lane, 0)).toEqual(NO_RESERVE);
    expect(reserveOf('backfill', Number.NaN)).toEqual(NO_RESERVE);
  });

  it('never is all of a window, nor less than nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LANES),
        fc.double(),
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ noNaN: true }),
        (lane, share, allowed, left) => {
          const kept = reservedCalls(reserveOf(lane, share), allowed, left);
          expect(kept).toBeGreaterThanOrEqual(0);
          expect(kept).toBeLessThan(allowed);
        },
      ),
      { seed: 39 },
    );
  });
});
