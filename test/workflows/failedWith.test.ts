import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from '@jest/globals';
import { ranOutOfTime } from '../../workflows/failedWith.js';

function failed(retryState: RetryState, cause: Error): ActivityFailure {
  return new ActivityFailure('Activity task failed', 'pollAdherenceJob', '1', retryState, 'worker', cause);
}

describe('a step that ended without an end of its own', () => {
  it.each([
    [
      'no worker took it for three days',
      failed(RetryState.TIMEOUT, new TimeoutFailure('', undefined, 'SCHEDULE_TO_CLOSE')),
    ],
    ['its gate stays closed for longer', failed(RetryState.TIMEOUT, ApplicationFailure.create({ type: 'Throttled' }))],
    ['the network is down for longer', failed(RetryState.TIMEOUT, ApplicationFailure.create({ type: 'Transient' }))],
    ['a cause outside it lasts longer', failed(RetryState.TIMEOUT, ApplicationFailure.create({ type: 'Blocked' }))],
  ])('is one that ran out of time, because %s', (_why, error) => expect(ranOutOfTime(error)).toBe(true));

  it.each([
    [
      'Genesys refused it',
      failed(RetryState.NON_RETRYABLE_FAILURE, ApplicationFailure.create({ type: 'InvalidInput' })),
    ],
    [
      'Genesys answered it with errors for three days',
      failed(RetryState.TIMEOUT, ApplicationFailure.create({ type: 'Transient', details: [{ status: 503 }] })),
    ],
    ['it failed outside any step', ApplicationFailure.create({ type: 'InvalidInput' })],
  ])('is none that ran out of time, because %s', (_why, error) => expect(ranOutOfTime(error)).toBe(false));
});
