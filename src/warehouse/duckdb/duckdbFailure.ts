import { Failure, isFailure } from '../../domain/failure.js';

const LOCK_HELD = /Could not set lock on file .*?Conflicting lock is held(?: in (.+?))? \(PID (\d+)\)/s;
const DISK_FULL = /No space left on device|Disk quota exceeded|File too large|max_temp_directory_size|ENOSPC/i;
const UNREACHABLE =
  /Cannot open file|Could not create|Permission denied|No such file or directory|Read-only file system|EACCES|ENOENT|EROFS/i;
const NEWER_FORMAT = /created with (?:a|the) newer version|storage version|version number/i;
const OUT_OF_MEMORY = /^Out of Memory Error/;
const BAD_DATA = /^(Invalid Input|Conversion|Out of Range) Error/;

/** Whether an error left the instance unusable, so that it must be opened anew. */
export function ruinsInstance(error: unknown): boolean {
  return /FATAL Error|database has been invalidated/i.test(messageOf(error));
}

/** Whether an error says that DuckDB's limit of memory was too low; our failure of it, too. */
export function wantsMemory(error: unknown): boolean {
  const cause = isFailure(error) ? error.cause : error;
  return OUT_OF_MEMORY.test(messageOf(cause));
}

/** Whether an error says that a disk is full: the file's, or the one where the engine keeps what its memory does not hold. */
export function isDiskFull(error: unknown): boolean {
  return DISK_FULL.test(messageOf(error));
}

/** The process that has the file, where an error says that one does; its program where DuckDB names it. */
export function lockHolder(error: unknown): { pid: number; program: string | null } | null {
  const lock = LOCK_HELD.exec(messageOf(error));
  return lock === null ? null : { pid: Number(lock[2]), program: lock[1] ?? null };
}

/**
 * A thrown value as our failure: `Blocked` where the file, the disk or the engine stands in the way, `Corrupt` where DuckDB could not
 * parse what it was given. Anything else is returned as it came: it is a defect of ours.
 */
export function duckdbFailure(error: unknown, path: string): unknown {
  if (isFailure(error)) return error;
  const message = messageOf(error);
  const blocked = (what: string) => new Failure('Blocked', `${what}. Nothing was changed`, {}, { cause: error });

  const holder = lockHolder(error);
  if (holder) {
    const { program, pid } = holder;
    return blocked(
      `the warehouse ${path} is held by process ${pid}${program ? ` (${program})` : ''}; close it there and this goes on`,
    );
  }
  if (DISK_FULL.test(message)) {
    return blocked(
      `the disk under the warehouse ${path} is full (${firstLine(message)}); free some space and this goes on`,
    );
  }
  if (/^IO Error/.test(message) || UNREACHABLE.test(message)) {
    return NEWER_FORMAT.test(message)
      ? blocked(`the warehouse ${path} was written by a newer version of DuckDB (${firstLine(message)})`)
      : blocked(`the warehouse ${path} cannot be read or written (${firstLine(message)})`);
  }
  if (OUT_OF_MEMORY.test(message)) {
    return blocked(`the warehouse ${path} needs more memory (${firstLine(message)}); raise WAREHOUSE_MEMORY`);
  }
  if (ruinsInstance(error)) return blocked(`the warehouse ${path} failed (${firstLine(message)}) and is opened anew`);
  if (BAD_DATA.test(message)) return new Failure('Corrupt', `DuckDB: ${firstLine(message)}`, {}, { cause: error });
  return error;
}

/** By shape: errors of native code may come from another realm, where they are no `Error` of ours. */
function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message);
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 400);
}
