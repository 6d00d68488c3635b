import { join } from 'node:path';
import { Failure } from '../domain/failure.js';
import { type ProcessLock, tryLock } from './processLock.js';

/**
 * Makes this process the only one that runs a server on a data directory, until it releases the lock or ends.
 *
 * @param serverDirectory Must exist.
 * @throws Failure `Blocked` naming the process that has it.
 */
export async function lockDataDirectory(dataDirectory: string, serverDirectory: string): Promise<ProcessLock> {
  const path = join(serverDirectory, 'owner.lock');
  const lock = await tryLock(path, 'running the embedded server');
  if ('release' in lock) return lock;
  const { pid, host, since } = lock.holder;
  throw new Failure(
    'Blocked',
    `The data directory ${dataDirectory} is in use by process ${pid} on ${host} since ${since}. Nothing was changed. ` +
      `Stop that process, or choose another directory. If that host no longer exists, delete ${path}.`,
  );
}
