import { describe, expect, it } from '@jest/globals';
import { toApplicationFailure } from '../../activities/toApplicationFailure.js';
import { Failure, type FailureName } from '../../src/domain/failure.js';

const MINUTE_MS = 60_000;

function waitsMs(name: FailureName, attempts: readonly number[]): object[] {
  const failure = new Failure(name, 'in the way');
  return attempts.map((attempt) =>
    toApplicationFailure(failure, { nowMs: 0, random: () => 0, probeEveryMs: MINUTE_MS, attempt }),
  );
}

function waiting(...waits: readonly number[]) {
  return waits.map((nextRetryDelay) => expect.objectContaining({ nextRetryDelay }));
}

describe('how soon it is tried again while an export stands still', () => {
  it('is seconds at first and then a minute, where a store or a disk is in the way', () => {
    expect(waitsMs('Blocked', [1, 2, 3, 4, 5, 6, 4000])).toEqual(waiting(5e3, 10e3, 20e3, 40e3, 60e3, 60e3, 60e3));
  });

  it('is a minute from the first on, where Genesys refuses', () => {
    for (const name of ['Unauthorized', 'Forbidden'] as const)
      expect(waitsMs(name, [1, 2, 9])).toEqual(waiting(60e3, 60e3, 60e3));
  });
});
