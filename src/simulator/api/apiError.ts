import type { RetryAdvice } from '../control/retryAfterForm.js';

/** One problem inside a refusal. */
export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
}

/**
 * A refusal by the API, thrown by routes and written as Genesys's error body.
 *
 * Source of the shape: `ErrorBody` of the published OpenAPI.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: {
      readonly params?: Readonly<Record<string, string>>;
      readonly errors?: readonly ErrorDetail[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly limit?: { readonly key: string; readonly namespace: string; readonly value: number };
      /** What is sent in place of the error body; text is HTML. */
      readonly instead?: string | Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
  }
}

/** The body that goes with an error, under the correlation id of its response. */
export function errorBody(error: ApiError, correlationId: string): Record<string, unknown> {
  const problems = error.more.errors ?? [];
  return {
    message: error.message,
    code: error.code,
    status: error.status,
    messageWithParams: error.message,
    messageParams: error.more.params ?? {},
    contextId: correlationId,
    details: problems.map((problem) => ({ errorCode: problem.code, fieldName: problem.field })),
    errors: problems.map((problem) => ({
      message: problem.message,
      code: problem.code,
      status: error.status,
      messageParams: {},
      contextId: correlationId,
      details: [],
      errors: [],
    })),
    ...(error.more.limit ? { limit: error.more.limit } : {}),
  };
}

/** A 429 as Genesys words it, with the advice that it gives. */
export function tooManyRequests(
  { header, body }: Pick<RetryAdvice, 'header' | 'body'>,
  limit?: ApiError['more']['limit'],
): ApiError {
  const advice = body === null ? '' : ` Retry the request in ${body}`;
  return new ApiError(429, 'too.many.requests.retry.after', `Rate limit exceeded the maximum.${advice}`, {
    ...(header === null ? {} : { headers: { 'retry-after': header } }),
    ...(limit ? { limit } : {}),
  });
}
