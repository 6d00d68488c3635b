import { readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Unfinished small files live for milliseconds; older ones were left by a killed process. */
const SCRATCH_STALE_MS = 3_600_000;
/** A body that nobody has gone on with for so long: its link, and the job behind it, ended days ago. */
const SPOOL_STALE_MS = 14 * 86_400_000;

/** Removes unfinished small files that a killed process left. */
export function sweepOldFiles(scratch: string): void {
  for (const name of readdirSync(scratch)) {
    const path = join(scratch, name);
    if (isOlder(path, SCRATCH_STALE_MS)) rmSync(path, { force: true });
  }
}

/**
 * Removes spools that nobody has touched for two weeks: another machine has long landed their bodies, which it cannot say here.
 *
 * @param directory of all spools of this machine.
 */
export function sweepOldSpools(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== '.scratch') {
      sweepOldSpools(path);
      removeIfOldAndEmpty(path);
    } else if (entry.isFile() && isOlder(path, SPOOL_STALE_MS)) {
      rmSync(path, { force: true });
    }
  }
}

function removeIfOldAndEmpty(path: string): void {
  if (!isOlder(path, SPOOL_STALE_MS)) return;
  try {
    rmdirSync(path);
  } catch {
    // Not empty, or gone.
  }
}

function isOlder(path: string, ms: number): boolean {
  const written = statSync(path, { throwIfNoEntry: false });
  return written !== undefined && Date.now() - written.mtimeMs > ms;
}
