import { type Client, isGrpcServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Failure } from '../domain/failure.js';

/** How long a worker is waited for to answer for the keeper. */
const ANSWER_WITHIN_MS = 8_000;

/**
 * Asks the keeper of the budget.
 *
 * @throws WorkflowNotFoundError where there is no keeper.
 * @throws Failure `Blocked` when no worker answers in time, `InvalidInput` when the keeper refuses what it was told.
 */
export async function answerOf<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw error;
    const refusal = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (refusal instanceof ApplicationFailure && refusal.type === 'InvalidInput')
      throw new Failure('InvalidInput', refusal.message, {}, { cause: error });
    if (!isUnanswered(error)) throw error;
    throw new Failure(
      'Blocked',
      `no worker answers for the budget within ${ANSWER_WITHIN_MS / 1000} s: start one with 'rosterline worker' (or 'rosterline dev'), with this ROSTERLINE_TASK_QUEUE and namespace, and ask again. What is known of the limits is kept meanwhile.`,
      {},
      { cause: error },
    );
  }
}

/** gRPC: DEADLINE_EXCEEDED; FAILED_PRECONDITION when no worker has polled of late; CANCELLED when the server gave up waiting. */
const UNANSWERED: readonly number[] = [1, 4, 9];

function isUnanswered(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return true;
    if (isGrpcServiceError(at) && UNANSWERED.includes(at.code)) return true;
  }
  return false;
}
