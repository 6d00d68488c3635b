import { Failure } from '../domain/failure.js';
import { cleanCause, type Redact } from './redact.js';

/** The failure of a call that got no whole answer: no connection, a timeout, a body that broke off. A `Failure` stays itself. */
export function networkFailure(thrown: unknown, what: string, kept: string, redact: Redact): Failure {
  if (thrown instanceof Failure) return thrown;
  const cause = cleanCause(thrown, redact);
  return new Failure(
    'Transient',
    `${what} got no whole answer: ${cause.message}. ${kept} It is tried again.`,
    {},
    { cause },
  );
}
