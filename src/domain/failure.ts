/**
 * What can go wrong, named by what the caller should do about it.
 *
 * The names are the `type` of Temporal application failures, so they are a wire contract: running workflows compare them.
 * `docs/errors.md` explains each to operators and is tested against this list.
 */
export const FAILURE_NAMES = [
  'Throttled',
  'NotReady',
  'Transient',
  'Conflict',
  'Expired',
  'TooLarge',
  'InvalidInput',
  'Unauthorized',
  'Forbidden',
  'Corrupt',
  'Blocked',
] as const;

export type FailureName = (typeof FAILURE_NAMES)[number];

/**
 * Failures whose cause is not the window's: the export pauses on them, and none of them becomes a gap.
 */
export const SYSTEMIC_FAILURES = ['Unauthorized', 'Forbidden', 'Blocked'] as const satisfies readonly FailureName[];
export type SystemicFailure = (typeof SYSTEMIC_FAILURES)[number];

/** Facts beside the message, safe to show and to store: no credentials, no tokens, no personal data. */
export interface FailureFacts {
  /** Instant, milliseconds since the epoch, before which a retry is pointless. Only for `Throttled` and `NotReady`. */
  readonly retryAtMs?: number;
  /** Family of API calls that the failure concerns. */
  readonly family?: string;
  /** HTTP status of the answer, if there was one. */
  readonly status?: number;
  /** Genesys's error code, such as `too.many.requests.retry.after`. */
  readonly code?: string;
  /** `ININ-Correlation-Id` of the answer: what Genesys support asks for. */
  readonly correlationId?: string;
  /** Ids that Genesys named in a refusal. */
  readonly refusedIds?: readonly string[];
  /** Landings, by SHA-256, one of which is corrupt. */
  readonly corrupt?: readonly string[];
}

/**
 * A failure of one step, in our own vocabulary.
 *
 * Thrown inside `src`; translated into a Temporal failure once, in `activities/toApplicationFailure.ts`.
 * The message says what happened, to what, what was kept and what to do.
 */
export class Failure extends Error {
  override readonly name: FailureName;

  constructor(
    name: FailureName,
    message: string,
    readonly facts: FailureFacts = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = name;
  }
}

/** Whether a thrown value is our failure of the given name (any name, when none is given). */
export function isFailure(thrown: unknown, ...names: FailureName[]): thrown is Failure {
  return thrown instanceof Failure && (names.length === 0 || names.includes(thrown.name));
}
