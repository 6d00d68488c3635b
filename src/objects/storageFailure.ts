import { Failure } from '../domain/failure.js';

/** Why a directory cannot be worked with, by the system's error code, and what a person does about it. */
const BLOCKING: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the disk quota is used up: raise it or free some space',
  EFBIG: 'the file would be larger than this system allows: raise the limit (ulimit -f) or use another file system',
  EACCES: 'permission denied: give the worker’s user read and write access',
  EPERM: 'the operation is not permitted: the directory must be writable and its file system must have hard links',
  ENOTSUP: 'the file system lacks an operation that is needed (hard links, fsync): use a local file system',
  EROFS: 'the file system is read-only: mount it for writing',
  ENOENT: 'the directory is gone: mount it or put it back',
  ENOTDIR: 'a file stands where a directory should be: move it away',
  ENODEV: 'the device is gone: attach it again',
  ESTALE: 'the network mount is stale: mount it again',
  EIO: 'the disk reports an input/output error: check it',
};

const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EBUSY', 'EINTR']);

/**
 * Turns an error of the file system into our failure: `Blocked` where a person has to act, `Transient` where time heals.
 *
 * Anything that is no such error is returned as it is, so that a bug stays a bug.
 *
 * @param doing what failed, on what: "appending to spool x in /data/objects".
 * @param kept what is safe: "1,234 bytes are kept".
 */
export function storageFailure(error: unknown, doing: string, kept: string): unknown {
  if (error instanceof Failure) return error;
  const code = errorCode(error);
  if (code === undefined) return error;
  const blocking = BLOCKING[code];
  if (blocking !== undefined) {
    return new Failure(
      'Blocked',
      `${blocking} (${code} while ${doing}). ${sentence(kept)}; work goes on by itself once it is possible`,
      { code },
      { cause: error },
    );
  }
  if (PASSING.has(code)) {
    return new Failure(
      'Transient',
      `${doing} failed (${code}); ${kept}; it is tried again`,
      { code },
      { cause: error },
    );
  }
  return error;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The system's code of an error (`ENOENT`), or undefined.
 *
 * By shape, not by class: an error of another realm (a test's sandbox) is no `instanceof Error` here.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether an error says that there is nothing at that path. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
