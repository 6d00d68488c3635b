import { Failure } from '../domain/failure.js';

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Splits an object's path or a spool's name into segments that are safe as file names.
 *
 * Relative, with `/`. A segment has letters, digits, `.`, `_`, `-`, at most 200 of them, and does not begin with a dot: so `..` cannot
 * occur, and names with a leading dot stay free for a store's own scratch.
 *
 * @throws Failure `InvalidInput` naming the path.
 */
export function objectPathSegments(path: string): string[] {
  const segments = path.split('/');
  if (path.length > 900 || !segments.every((segment) => SEGMENT.test(segment))) {
    throw new Failure(
      'InvalidInput',
      `${JSON.stringify(path.slice(0, 120))} is not an object path: it takes segments of letters, digits, ".", "_" and "-" between "/", none of them beginning with "."; nothing was touched`,
    );
  }
  return segments;
}

/**
 * Path of the landing with this hash.
 *
 * @throws Failure `InvalidInput` when it is not 64 lower-case hex digits.
 */
export function landingPath(sha256: string): string {
  if (!SHA256.test(sha256)) {
    throw new Failure('InvalidInput', `${JSON.stringify(sha256.slice(0, 80))} is not a SHA-256 in lower-case hex`);
  }
  return `landings/${sha256}`;
}

/** A prefix as a path: what is listed under `seals/` and under `seals` is the same. */
export function withoutTrailingSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
}
