import { describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { toApplicationFailure } from '../../activities/toApplicationFailure.js';
import { Failure, type FailureName } from '../../src/domain/failure.js';

const MINUTE_MS = 60_000;

function waitsMs(name: FailureName, attempts: readonly number[]): unknown[] {
  const failure = new Failure(name, 'in the way');
  return attempts.map((attempt) => {
    const error = toApplicationFailure(failure, { nowMs: 0, random: () => 0, probeEveryMs: MINUTE_MS, attempt });
    return error instanceof ApplicationFailure ? error.nextRetryDelay : error;
  });
}

describe('how soon it is tried again while an export stands still', () => {
  it('is seconds at first and then a minute, where a store or a disk is in the way', () => {
    expect(waitsMs('Blocked', [1, 2, 3, 4, 5, 6, 4000])).toEqual([5e3, 10e3, 20e3, 40e3, 60e3, 60e3, 60e3]);
  });

  it('is a minute from the first on, where Genesys refuses', () => {
    for (const name of ['Unauthorized', 'Forbidden'] as const)
      expect(waitsMs(name, [1, 2, 9])).toEqual([60e3, 60e3, 60e3]);
  });
});
