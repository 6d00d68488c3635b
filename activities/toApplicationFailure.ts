import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { Failure, type FailureName, isFailure, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import { nextRetryDelayMs } from '../src/domain/retryInstant.js';

/** How often the one activity that keeps trying meets a cause that a person must mend: one call a minute harms nobody. */
export const PROBE_EVERY_MS = 60_000;

/** What is in the way on this side may be away for seconds only, such as a store that is started anew: the first tries come sooner. */
const FIRST_PROBE_MS = 5_000;

/** Names that mean "later", not "broken": no alert, no error log. */
const EXPECTED: readonly FailureName[] = ['Throttled', 'NotReady'];

/**
 * Our failure as Temporal's, once, at the edge.
 *
 * The type is the failure's name: the workflow's retry policy decides by it what is retried. Delays are clamped to what Temporal takes
 * (a NaN would end the worker, a zero the activity). Causes are dropped: they may hold what must not reach a history.
 */
export function toApplicationFailure(
  thrown: unknown,
  {
    nowMs,
    random,
    probeEveryMs,
    attempt,
  }: { nowMs: number; random: () => number; probeEveryMs: number; attempt: number },
): Error {
  if (thrown instanceof CancelledFailure || thrown instanceof ApplicationFailure) return thrown;
  const failure = isFailure(thrown) ? thrown : unexpected(thrown);
  const isSystemic = (SYSTEMIC_FAILURES as readonly string[]).includes(failure.name);
  const delayMs = isSystemic ? probeDelayMs(failure.name, probeEveryMs, attempt) : retryDelayMs(failure, nowMs, random);
  return ApplicationFailure.create({
    type: failure.name,
    message: failure.message,
    details: [{ ...failure.facts, retryAtMs: undefined }],
    ...(EXPECTED.includes(failure.name) ? { category: ApplicationFailureCategory.BENIGN } : {}),
    ...(delayMs === undefined ? {} : { nextRetryDelay: delayMs }),
  });
}

/** After 5, 10, 20 and 40 s and then every minute where something of ours is in the way; Genesys, where it refuses us, is left in peace. */
function probeDelayMs(name: FailureName, probeEveryMs: number, attempt: number): number {
  return name === 'Blocked' ? Math.min(probeEveryMs, FIRST_PROBE_MS * 2 ** Math.min(attempt - 1, 10)) : probeEveryMs;
}

function retryDelayMs(failure: Failure, nowMs: number, random: () => number): number | undefined {
  if (failure.facts.retryAtMs === undefined) return undefined;
  return nextRetryDelayMs(failure.facts.retryAtMs, nowMs, random());
}

/** What we did not foresee is retried as if it passed; its message may hold anything, so only its kind is told. */
function unexpected(thrown: unknown): Failure {
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? ` ${thrown.code}` : '';
  return new Failure(
    'Transient',
    `unexpected ${kind}${code}; the worker's log has the details; the step is tried again`,
  );
}
