import { Failure } from '../domain/failure.js';
import { cleanCause, type Redact } from './redact.js';

/** The failure of a call that got no whole answer: no connection, a timeout, a body that broke off. A `Failure` stays itself. */
export function networkFailure(thrown: unknown, what: string, kept: string, redact: Redact): Failure {
  if (thrown instanceof Failure) return thrown;
  const cause = cleanCause(thrown, redact);
  return new Failure(
    'Transient',
    `${what} got no whole answer: ${cause.message}. ${kept} It is tried again.`,
    codeOf(thrown),
    { cause },
  );
}

/** The system's or undici's code, such as `ENOTFOUND`, which tells a wrong name from a closed port. By shape: errors cross realms. */
function codeOf(thrown: unknown): { code?: string } {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? { code } : {};
}
