import { type Client, isGrpcServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Failure } from '../domain/failure.js';

/** How long a worker is waited for to answer. */
const ANSWER_WITHIN_MS = 8_000;

/** What a question that no worker answered was about, and what is kept meanwhile. */
export interface Unanswered {
  readonly forWhat: string;
  readonly kept: string;
  /** How long to wait; 8 s unless given. */
  readonly withinMs?: number;
}

const OF_THE_BUDGET: Unanswered = {
  forWhat: 'for the budget',
  kept: 'What is known of the limits is kept meanwhile.',
};

/**
 * Asks a workflow that always runs: the keeper of the budget, or the sync.
 *
 * @throws WorkflowNotFoundError where there is none.
 * @throws Failure `Blocked` when no worker answers in time, `InvalidInput` when the workflow refuses what it was told.
 */
export async function answerOf<T>(
  client: Client,
  ask: () => Promise<T>,
  { forWhat, kept, withinMs = ANSWER_WITHIN_MS }: Unanswered = OF_THE_BUDGET,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + withinMs, ask);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw error;
    const refusal = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (refusal instanceof ApplicationFailure && refusal.type === 'InvalidInput')
      throw new Failure('InvalidInput', refusal.message, {}, { cause: error });
    if (!isUnanswered(error)) throw error;
    throw new Failure(
      'Blocked',
      `no worker answers ${forWhat} within ${withinMs / 1000} s: start one with 'rosterline worker' (or 'rosterline dev'), with this ROSTERLINE_TASK_QUEUE and namespace, and ask again. ${kept}`,
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
