import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endAfter } from '../domain/endAfter.js';
import { errorCode } from './storageFailure.js';

/** Makes what a directory lists survive a power cut: a renamed or linked file is durable only after this. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  await endAfter(
    () => directory.sync(),
    () => directory.close(),
  );
}

/** Makes a directory and its parents, mode 0700, durably. */
export async function makeDirectory(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true, mode: 0o700 });
  if (firstMade === undefined) return;
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/**
 * Writes a file whole, replacing what is there: readers and a crash see the old bytes or the new ones, never a part.
 *
 * @param scratch directory on the same file system for the unfinished file.
 */
export async function replaceFile(scratch: string, path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = await writeUnfinished(scratch, bytes);
  try {
    await rename(unfinished, path);
  } catch (error) {
    // Why it could not be named is told; a later opening sweeps what is left.
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/**
 * Writes a file that must not exist, whole or not at all.
 *
 * `link(2)` refuses an existing name atomically, between processes too; a plain exclusive open would leave half a file after a crash.
 *
 * @returns `exists` when something has that name, whatever its bytes.
 */
export async function createFileOnce(scratch: string, path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
  const unfinished = await writeUnfinished(scratch, bytes);
  const linked = async (): Promise<'created' | 'exists'> => {
    try {
      await link(unfinished, path);
      return 'created';
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return 'exists';
      throw error;
    }
  };
  return await endAfter(linked, async () => {
    await rm(unfinished, { force: true });
    // Also when it exists: whoever made it may not have come this far, and the caller is about to rely on it.
    await syncDirectory(dirname(path));
  });
}

/** Writes and syncs a file of a random name; its path. Whoever calls gives it a name of its own, or removes it. */
export async function writeUnfinished(scratch: string, bytes: Uint8Array): Promise<string> {
  const path = join(scratch, `${process.pid}-${randomBytes(8).toString('hex')}`);
  const file = await open(path, 'wx', 0o600);
  const written = async (): Promise<void> => {
    await file.writeFile(bytes);
    await file.sync();
  };
  try {
    await endAfter(written, () => file.close());
  } catch (error) {
    await rm(path, { force: true }).catch(() => undefined);
    throw error;
  }
  return path;
}
