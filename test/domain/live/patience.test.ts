import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHANNEL_LIFE_MS, lifeMs, renewalDue } from '../../../src/domain/live/channelLife.js';
import { reconnectDelayMs } from '../../../src/domain/live/reconnectDelay.js';
import { judgeQuiet } from '../../../src/domain/live/silence.js';

const LIMITS = { silenceMs: 35_000, pingAfterMs: 5_000, pongWithinMs: 5_000 };
const HOUR_MS = 3_600_000;

describe('how long a listener waits before it tries again', () => {
  it('is next to nothing at first, doubles up to half a minute, and differs from listener to listener', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50].map((attempt) => reconnectDelayMs(attempt, 0.999_999))).toEqual([
      250, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000,
    ]);
    expect([0, 1, 2, 6].map((attempt) => reconnectDelayMs(attempt, 0))).toEqual([0, 500, 1_000, 4_000]);
  });

  it('is never less than Genesys asks, and hardly more where that is long', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(HOUR_MS),
        (attempt, chance, asked) => {
          const waits = reconnectDelayMs(attempt, chance, asked);
          expect(waits).toBeGreaterThanOrEqual(asked);
          expect(waits).toBeLessThanOrEqual(Math.max(asked + 250, 8_000));
        },
      ),
      { seed: 41 },
    );
  });
});

describe('quiet on a channel', () => {
  const quiet = { heardMs: 0, anyMs: 0, pingedMs: null, hasPonged: true };

  it('is asked about after five seconds, and is a loss where nobody answers within five more', () => {
    expect(judgeQuiet(quiet, LIMITS, 4_000)).toEqual({ what: 'wait', ms: 1_000 });
    expect(judgeQuiet(quiet, LIMITS, 5_000)).toEqual({ what: 'ping' });
    expect(judgeQuiet({ ...quiet, pingedMs: 5_000 }, LIMITS, 9_000)).toEqual({ what: 'wait', ms: 1_000 });
    expect(judgeQuiet({ ...quiet, pingedMs: 5_000 }, LIMITS, 10_000)).toEqual({ what: 'lost' });
  });

  it('is a loss after 35 seconds where the server knows no pings, and not before', () => {
    const mute = { ...quiet, pingedMs: 0, hasPonged: false };
    expect(judgeQuiet(mute, LIMITS, 34_999)).toEqual({ what: 'wait', ms: 1 });
    expect(judgeQuiet(mute, LIMITS, 35_000)).toEqual({ what: 'lost' });
  });

  it('is a loss after 35 seconds without heartbeat or event, even of a server that answers pings', () => {
    expect(judgeQuiet({ ...quiet, anyMs: 34_000 }, LIMITS, 35_000)).toEqual({ what: 'lost' });
    expect(judgeQuiet({ ...quiet, heardMs: 30_000, anyMs: 34_000 }, LIMITS, 35_000)).toEqual({
      what: 'wait',
      ms: 4_000,
    });
  });
});

describe('the life of a channel', () => {
  it('is what Genesys says, where that can be, and a day otherwise', () => {
    expect(lifeMs(10 * HOUR_MS, 4 * HOUR_MS)).toBe(6 * HOUR_MS);
    for (const expires of [null, 3 * HOUR_MS, 100 * HOUR_MS])
      expect(lifeMs(expires, 4 * HOUR_MS)).toBe(CHANNEL_LIFE_MS);
  });

  it('is begun anew after half of it, and given up for another channel where that does not work in time', () => {
    const dueAt = (hours: number) => renewalDue(hours * HOUR_MS, CHANNEL_LIFE_MS);
    expect([0, 11.9, 12, 20.9, 21, 30].map(dueAt)).toEqual([
      'nothing',
      'nothing',
      'renewal',
      'renewal',
      'replacement',
      'replacement',
    ]);
  });
});
