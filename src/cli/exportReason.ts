import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { Failure } from '../domain/failure.js';

/** A failed workflow as our own failure, whose name decides the exit code. */
export async function withReason<T>(ended: Promise<T>): Promise<T> {
  try {
    return await ended;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? innermost(error.cause) : undefined;
    if (cause?.type === 'InvalidInput') throw new Failure('InvalidInput', cause.message, {}, { cause: error });
    if (cause) throw new Error(`${cause.type ?? 'failed'}: ${cause.message}`, { cause: error });
    if (error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure)
      throw new Error('it did not get through in time; see why in the Temporal UI, and ask again', { cause: error });
    throw error;
  }
}

/** Why a workflow failed that has ended, in words. */
export async function reasonOfFailure(ended: Promise<unknown>): Promise<string> {
  try {
    await withReason(ended);
    return 'it did not fail';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function innermost(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ApplicationFailure) return error;
  return error instanceof Error ? innermost(error.cause) : undefined;
}
