import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { waitInBody } from '../../src/domain/waitInBody.js';

describe('the wait that a refusal’s text names', () => {
  it.each([
    ['{"message":"Rate limit exceeded the maximum. Retry the request in [59] seconds","status":429}', 59_000],
    ['Retry the request in [1] second', 1_000],
    ['retry the request in [5] minutes', 300_000],
    ['Retry the request in [1] minute.', 60_000],
    ['Retry the request in [2] hours', 7_200_000],
    ['Retry the request in [1] hour', 3_600_000],
    ['Retry the request in 90 seconds', 90_000],
    ['Please try again after 10 min', 600_000],
    ['Retry the request in [1.5] minutes', 90_000],
    ['Retry the request in [0] seconds', 0],
    ['Retry the request in [999999999999] hours', Number.MAX_SAFE_INTEGER],
  ])('%s', (text, ms) => {
    expect(waitInBody(text)).toMatchObject({ retryInMs: ms, windowMs: undefined });
  });

  it.each([
    ['Rate limit exceeded the maximum [300] requests within [60] seconds', 60_000],
    ['Rate limit exceeded the maximum [20] requests within [15] minutes', 900_000],
  ])('may be a window: %s', (text, ms) => {
    expect(waitInBody(text)).toEqual({ retryInMs: undefined, windowMs: ms });
  });

  it.each([
    '',
    'Rate limit exceeded for analytics bulk export operations.',
    'Retry the request in [-5] seconds',
    'Retry the request in [soon] seconds',
    'Retry the request in [] seconds',
    'Retry the request in [5] fortnights',
    '<html><h1>429</h1></html>',
  ])('is nothing in “%s”', (text) => {
    expect(waitInBody(text)).toEqual({ retryInMs: undefined, windowMs: undefined });
  });

  it('is a whole number of milliseconds or nothing, quickly, whatever the text', () => {
    const piece = fc.constantFrom(
      'retry ',
      'in ',
      'try ',
      '[',
      ']',
      '5',
      '9'.repeat(40),
      ' seconds',
      ' hours',
      ' ',
      '.',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 200 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (body) => {
        for (const ms of Object.values(waitInBody(body)))
          expect(ms === undefined || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
      }),
      { seed: 50 },
    );
    const { user: began } = process.cpuUsage();
    waitInBody('retry try in after '.repeat(100_000));
    waitInBody(`retry ${'requests within [5] '.repeat(100_000)}`);
    expect((process.cpuUsage().user - began) / 1000).toBeLessThan(500);
  });
});
