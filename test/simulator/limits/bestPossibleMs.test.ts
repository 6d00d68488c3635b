import { describe, expect, it } from '@jest/globals';
import { bestPossibleMs } from '../../../src/simulator/limits/bestPossibleMs.js';
import { drawnLimit } from '../../../src/simulator/limits/limitSize.js';

describe('the best possible time', () => {
  it('of fixed and rolling windows is one window for each full one that must pass', () => {
    for (const shape of ['fixed', 'rolling'] as const) {
      const limit = { shape, calls: 50, windowSeconds: 10 };
      expect([1, 50, 51, 100, 101, 400].map((calls) => bestPossibleMs(limit, calls))).toEqual([
        0, 0, 10_000, 10_000, 20_000, 70_000,
      ]);
    }
  });

  it('of windows aligned to the clock depends on when one begins', () => {
    const limit = { shape: 'fixed', calls: 50, windowSeconds: 10, aligned: true } as const;
    expect([0, 2000, 9999].map((startMs) => bestPossibleMs(limit, 101, { startMs }))).toEqual([20_000, 18_000, 10_001]);
    const startMs = Date.parse('2025-03-01T18:00:00Z');
    expect(bestPossibleMs({ shape: 'daily', calls: 2000 }, 2001, { startMs })).toBe(6 * 3_600_000);
  });

  it('of a bucket is the time that fills it with what the burst lacks', () => {
    expect(bestPossibleMs({ shape: 'bucket', burst: 100, perSecond: 2 }, 400)).toBe(150_000);
  });

  it('of jobs in flight is that of jobs set up as soon as one before has ended', () => {
    const limit = { shape: 'jobs', jobs: 2 } as const;
    expect(bestPossibleMs(limit, 6, { jobMs: [3000] })).toBe(6000);
    expect(bestPossibleMs(limit, 4, { jobMs: [5000, 1000, 1000, 1000] })).toBe(2000);
  });

  it('of nested limits is that of the tighter one, whichever that is', () => {
    const nested = [
      { shape: 'fixed', calls: 300, windowSeconds: 60 },
      { shape: 'daily', calls: 2000 },
    ] as const;
    expect(bestPossibleMs(nested, 2000)).toBe(6 * 60_000);
    expect(bestPossibleMs(nested, 2001)).toBe(86_400_000);
  });

  it('takes in that a limit halves or doubles on the way', () => {
    const limit = { shape: 'fixed', calls: 100, windowSeconds: 60 } as const;
    const changed = (factor: number) =>
      bestPossibleMs({ ...limit, changes: [{ factor, afterWindows: 2.5 }] }, 1000) / 60_000;
    expect([bestPossibleMs(limit, 1000) / 60_000, changed(0.5), changed(2)]).toEqual([9, 16, 5]);
  });

  it('ends with an error where it would take for ever', () => {
    expect(() => bestPossibleMs({ shape: 'jobs', jobs: 2 }, 3, { jobMs: [Infinity] })).toThrow(
      'the limits pass 2 calls and no more',
    );
  });
});

describe('a limit drawn by seed', () => {
  const around = { shape: 'fixed', calls: 1000, windowSeconds: 60, told: 'early:30' } as const;
  const drawn = Array.from({ length: 200 }, (_, seed) => drawnLimit(around, seed));

  it('lies within a factor of ten, all over it, and keeps its window', () => {
    const calls = drawn.map((limit) => (limit.shape === 'fixed' ? limit.calls : NaN));
    expect(Math.min(...calls)).toBeGreaterThanOrEqual(316);
    expect(Math.min(...calls)).toBeLessThan(400);
    expect(Math.max(...calls)).toBeLessThanOrEqual(3163);
    expect(Math.max(...calls)).toBeGreaterThan(2500);
    expect(drawn[0]).toMatchObject({ windowSeconds: 60, told: 'early:30', drawn: false });
  });

  it('is the same for the same seed', () => {
    expect(drawnLimit(around, 7)).toEqual(drawn[7]);
    expect(drawn[8]).not.toEqual(drawn[7]);
  });
});
