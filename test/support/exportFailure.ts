import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ExportEnvironment } from './exportEnvironment.js';

/** How an export that may not run ends. */
export interface EndedExport {
  readonly type: string;
  readonly message: string;
}

/** The failure that this request ends with. The request is as untyped as what people type. @throws Error when it does not fail. */
export async function failureOfExport(environment: ExportEnvironment, request: object): Promise<EndedExport> {
  return await failureOf(environment.run(request));
}

/** The failure that a workflow ends with. @throws Error when it does not fail. */
export async function failureOf(ended: Promise<unknown>): Promise<EndedExport> {
  try {
    throw new Error(`it did not fail: ${JSON.stringify(await ended)}`);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = rootOf(error.cause);
    if (cause instanceof ApplicationFailure) return { type: cause.type ?? '', message: cause.message };
    return { type: cause instanceof CancelledFailure ? 'Cancelled' : 'unknown', message: cause?.message ?? '' };
  }
}

function rootOf(error: Error | undefined): Error | undefined {
  if (error instanceof ApplicationFailure || !(error?.cause instanceof Error)) return error;
  return rootOf(error.cause);
}
