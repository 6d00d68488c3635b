import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { link, mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageFailure } from '../../objects/storageFailure.js';

/**
 * Proves that a directory can be worked in: writes, syncs, links and removes a file there.
 *
 * Where the directory is not there yet, that it can be made: makes another beside it and removes that. Leaves nothing.
 *
 * @returns whether the directory is there already.
 * @throws Failure `Blocked` with the system's reason and what to do.
 */
export async function proveWritable(directory: string): Promise<boolean> {
  const there = existsSync(directory);
  try {
    if (there) await writeAndRemove(directory);
    else await rmdir(await mkdtemp(join(nearestAbove(directory), '.rosterline-check-')));
  } catch (error) {
    throw storageFailure(error, `writing in ${directory}`, 'nothing was changed');
  }
  return there;
}

async function writeAndRemove(directory: string): Promise<void> {
  const path = join(directory, `.rosterline-check-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.write('written by rosterline check, which removes it again\n');
      await file.sync();
    } finally {
      await file.close();
    }
    // Seals and the chain are made by hard links, which some network file systems lack.
    await link(path, `${path}.link`);
  } finally {
    await rm(`${path}.link`, { force: true });
    await rm(path, { force: true });
  }
}

/** Where a path lies: bytes free to us there, and a number that paths of one file system share. */
export async function spaceUnder(path: string): Promise<{ freeBytes: number; device: number }> {
  const there = existsSync(path) ? path : nearestAbove(path);
  const { bavail, bsize } = await statfs(there);
  return { freeBytes: bavail * bsize, device: statSync(there).dev };
}

function nearestAbove(path: string): string {
  const above = dirname(path);
  return existsSync(above) || above === path ? above : nearestAbove(above);
}
