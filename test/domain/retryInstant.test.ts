import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LONGEST_TOLD_WAIT_MS, nextRetryDelayMs, toldWaitMs, untoldWaitMs } from '../../src/domain/retryInstant.js';

const AT = Date.UTC(2024, 1, 28, 12, 0, 0);
const SAYS_NOTHING = { retryAfter: null, rateLimitReset: null, date: null, bodyText: '', receivedMs: AT };

describe('how long to wait after a refusal', () => {
  it('is what the header says, before all else', () => {
    const refusal = {
      ...SAYS_NOTHING,
      retryAfter: '5',
      rateLimitReset: '50',
      bodyText: 'Retry the request in [59] seconds',
    };
    expect(toldWaitMs(refusal)).toBe(5_000);
  });

  it('is read by the clock of the server where the header names a date', () => {
    const date = 'Wed, 28 Feb 2024 12:10:00 GMT';
    const refusal = { ...SAYS_NOTHING, date, retryAfter: 'Wed, 28 Feb 2024 12:10:30 GMT' };
    expect(toldWaitMs(refusal)).toBe(30_000);
  });

  it('is backoff, not another source, when the header cannot be read', () => {
    const refusal = {
      ...SAYS_NOTHING,
      retryAfter: 'soon',
      rateLimitReset: '50',
      bodyText: 'Retry the request in [59] seconds',
    };
    expect(toldWaitMs(refusal)).toBeUndefined();
    expect([0, 1, 2, 3, 1_000, -1, Number.NaN, 1e300].map(untoldWaitMs)).toEqual([
      3_000, 9_000, 27_000, 27_000, 27_000, 3_000, 3_000, 27_000,
    ]);
  });

  it('is what the body says when there is no header', () => {
    const bodyText = '{"message":"Rate limit exceeded the maximum. Retry the request in [59] seconds"}';
    expect(toldWaitMs({ ...SAYS_NOTHING, rateLimitReset: '10', bodyText })).toBe(59_000);
  });

  it('is the window that the body names when nothing tells how much of it is left', () => {
    const bodyText = '{"message":"Rate limit exceeded the maximum [20] requests within [900] seconds"}';
    expect(toldWaitMs({ ...SAYS_NOTHING, bodyText })).toBe(900_000);
    expect(toldWaitMs({ ...SAYS_NOTHING, bodyText, rateLimitReset: '10' })).toBe(11_000);
  });

  it('is the end of the token’s window when nothing else is said, however that is rounded', () => {
    expect(toldWaitMs({ ...SAYS_NOTHING, rateLimitReset: '10' })).toBe(11_000);
    for (const rateLimitReset of ['-3', '1e3', 'NaN', '', '1700000000'])
      expect(toldWaitMs({ ...SAYS_NOTHING, rateLimitReset })).toBeUndefined();
  });

  it('is a whole number of milliseconds of at most 31 days, or nothing, whatever is sent', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.bigInt({ min: 0n }).map(String)), { nil: null });
    fc.assert(
      fc.property(text, text, text, fc.string(), (retryAfter, rateLimitReset, date, bodyText) => {
        const told = toldWaitMs({ retryAfter, rateLimitReset, date, bodyText, receivedMs: AT }) ?? 0;
        expect(Number.isSafeInteger(told) && told >= 0 && told <= LONGEST_TOLD_WAIT_MS).toBe(true);
      }),
      { seed: 44 },
    );
  });
});

describe('the delay handed to Temporal', () => {
  it('is never NaN, never below a second, never above a day', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.double(), (retryAt, now, random) => {
        const delay = nextRetryDelayMs(retryAt, now, random);
        expect(Number.isSafeInteger(delay) && delay >= 1_000 && delay <= 86_400_000).toBe(true);
      }),
      { seed: 45 },
    );
  });

  it('is never shorter than told, and longer by at most the smaller of a tenth and 5 s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_000, max: 86_000_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (told, random) => {
          const delay = nextRetryDelayMs(AT + told, AT, random);
          expect(delay).toBeGreaterThanOrEqual(told);
          expect(delay).toBeLessThanOrEqual(Math.ceil(told + Math.min(told / 10, 5_000)));
        },
      ),
      { seed: 46 },
    );
  });

  it('is a day for what is further away: the next attempt looks at the gate and waits on', () => {
    for (const days of [1, 2, 30]) expect(nextRetryDelayMs(AT + days * 86_400_000, AT, 0.99)).toBe(86_400_000);
  });
});
