import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';
import { RetryState, rootCause } from '@temporalio/common';
import type { z } from 'zod';
import { type FailureName, SYSTEMIC_FAILURES } from '../src/domain/failure.js';
import type { Cause } from './messages.js';

/** Our failure inside what Temporal wrapped it in, or undefined. */
export function applicationFailure(error: unknown): ApplicationFailure | undefined {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return applicationFailure(error.cause);
  return undefined;
}

/** Whether an activity or child failed with one of the given names. */
export function failedWith(error: unknown, ...names: readonly FailureName[]): boolean {
  const type = applicationFailure(error)?.type;
  return names.some((name) => name === type);
}

/** Why something failed, for a log: the innermost reason. */
export function rootReason(error: unknown): string {
  return rootCause(error) ?? String(error);
}

/** What a failure that is not the window's says stands in the way. */
export function causeOf(error: unknown): Cause {
  const failure = applicationFailure(error);
  const kind = SYSTEMIC_FAILURES.find((name) => name === failure?.type);
  return { reason: failure?.message ?? 'blocked', ...(kind && { kind }) };
}

/** Landings, by SHA-256, of which a `Corrupt` failure says that one is; none where it does not say. */
export function corruptLandings(error: unknown): readonly string[] {
  const facts: unknown = applicationFailure(error)?.details?.[0];
  if (typeof facts !== 'object' || facts === null || !('corrupt' in facts) || !Array.isArray(facts.corrupt)) return [];
  return facts.corrupt.filter((sha256) => typeof sha256 === 'string');
}

/**
 * Whether an activity ended only because the time for its tries was up: a gate that was closed for longer, no worker, an organisation
 * that did not answer. What it met is none of the window's, so it is tried for as long again.
 */
export function ranOutOfTime(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  if (error.cause instanceof TimeoutFailure) return true;
  return error.retryState === RetryState.TIMEOUT && !wasAnsweredWithError(error);
}

/**
 * Whether Genesys refused the window's length. A job that ended in `Error` twice is halved too, but says nothing of other windows: a
 * single bad day must not make a year of single days.
 */
export function refusedAsTooLarge(error: unknown): boolean {
  return failedWith(error, 'TooLarge') && wasAnswered(error);
}

/** Whether the last try was answered with a server error: for three days, that is about what was asked, and becomes a gap. */
function wasAnsweredWithError(error: ActivityFailure): boolean {
  return wasAnswered(error) && failedWith(error, 'Transient');
}

function wasAnswered(error: unknown): boolean {
  const facts: unknown = applicationFailure(error)?.details?.[0];
  return typeof facts === 'object' && facts !== null && 'status' in facts && typeof facts.status === 'number';
}

/** The input in our types; a wrong one fails the workflow, where a bare zod error would retry its task for ever. */
export function parseOrFail<T extends z.ZodType>(schema: T, raw: unknown): z.infer<T> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  throw ApplicationFailure.nonRetryable(issues.join('; '), 'InvalidInput' satisfies FailureName);
}
