import type { S3ClientConfig } from '@aws-sdk/client-s3';

type RetryStrategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { refreshRetryTokenForRetry: unknown }>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

const FIRST_MS = 100;
/** A store that says that it is overloaded is left alone for longer from the start. */
const FIRST_WHEN_THROTTLED_MS = 500;
const LONGEST_MS = 5_000;
/** A store's own `Retry-After` is followed up to this; beyond it the step is tried again. */
const LONGEST_TOLD_MS = 30_000;

/**
 * When a request to the store is sent again: after what passes by itself, with doubling pauses of which up to half is chance.
 *
 * Not the SDK's own, because that has a budget of retries for the whole client: an outage uses it up, and for as long as it is used up,
 * each short trouble would count as one that a person must mend. How much is tried at once is bounded by who calls: Temporal's activities.
 *
 * @param maxAttempts requests in all; 9 take about 12 s where the store is down, 20 s where it is overloaded.
 */
export function s3Retries(maxAttempts: number, random: () => number = Math.random): RetryStrategy {
  return {
    acquireInitialRetryToken: () => Promise.resolve(token(0, 0)),
    refreshRetryTokenForRetry(before, { errorType, retryAfterHint }) {
      const retries = before.getRetryCount();
      const passes = errorType === 'TRANSIENT' || errorType === 'THROTTLING';
      if (!passes || retries + 1 >= maxAttempts) return Promise.reject(new Error('not tried again'));
      const firstMs = errorType === 'THROTTLING' ? FIRST_WHEN_THROTTLED_MS : FIRST_MS;
      const ownMs = Math.min(firstMs * 2 ** retries, LONGEST_MS) * (0.5 + random() / 2);
      const toldMs = retryAfterHint === undefined ? 0 : retryAfterHint.getTime() - Date.now();
      return Promise.resolve(token(retries + 1, Math.max(ownMs, Math.min(toldMs, LONGEST_TOLD_MS))));
    },
    recordSuccess() {
      // Nothing is counted: see above.
    },
  };
}

function token(retries: number, delayMs: number): RetryToken {
  return { getRetryCount: () => retries, getRetryDelay: () => delayMs };
}
