import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../domain/failure.js';
import { syncDirectory } from './durableFile.js';
import { errorCode, isMissing } from './storageFailure.js';

/** Mode of an object that may be changed by its owner, and of one that is held. */
const OPEN_MODE = 0o600;
const HELD_MODE = 0o400;
const WRITE_BITS = 0o222;

/** Whether a file's mode says that it is held. */
export function isHeldMode(mode: number): boolean {
  return (mode & WRITE_BITS) === 0;
}

/** Takes or gives back a file's write bits, durably. @throws Failure `Blocked` where the file system keeps no modes. */
export async function setHeldMode(path: string, held: boolean): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.chmod(held ? HELD_MODE : OPEN_MODE);
    await file.sync();
    if (isHeldMode((await file.stat()).mode) === held) return;
  } finally {
    await file.close();
  }
  throw new Failure(
    'Blocked',
    `the file system of ${path} keeps no file modes, so that it cannot hold an object; nothing was changed; use a local file system`,
  );
}

/**
 * Gives a whole body its final name, where the same bytes may stand already: those stay, because they may be held.
 *
 * Bytes that do not have their name's hash are replaced, unless they are held.
 *
 * @param body on the same file system. Removed, or moved, once the landing stands.
 * @returns false when there is no such body.
 * @throws Failure `Blocked` where other bytes are held under that name.
 */
export async function placeLanding(body: string, landing: string, sha256: string): Promise<boolean> {
  try {
    await link(body, landing);
  } catch (error) {
    if (isMissing(error)) return false;
    if (errorCode(error) !== 'EEXIST') throw error;
    if ((await hashOf(landing)) !== sha256) return await replace(body, landing);
  }
  await rm(body, { force: true });
  await syncDirectory(dirname(landing));
  return true;
}

async function replace(body: string, landing: string): Promise<boolean> {
  if (isHeldMode((await stat(landing)).mode)) {
    throw new Failure(
      'Blocked',
      `${landing} is held, and its bytes are not those that its name says; what is held is kept; put the right bytes there from a copy`,
    );
  }
  await rename(body, landing);
  await syncDirectory(dirname(landing));
  return true;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
