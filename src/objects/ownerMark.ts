import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileOnce, makeDirectory, replaceFile } from './durableFile.js';
import { storageFailure } from './storageFailure.js';

/** Beside what is listed, as the directories of unfinished files are. */
const MARK = '.owner';
const SCRATCH = '.scratch';

/**
 * Leaves a new random mark in a directory of objects: its owner is the process that reads landings into the warehouse.
 *
 * A process that lands for that owner compares the mark that it finds with the one that the owner names: a directory elsewhere has
 * none, and a copy has an old one.
 *
 * @throws Failure `Blocked` when the directory cannot be written.
 */
export async function leaveOwnerMark(directory: string): Promise<string> {
  return await marking(directory, async (mark) => {
    await replaceFile(join(directory, SCRATCH), join(directory, MARK), mark);
  });
}

/**
 * The mark of a directory of objects, left where there is none: all processes that load from it have the same.
 *
 * @throws Failure `Blocked` when the directory cannot be written.
 */
export async function keepOwnerMark(directory: string): Promise<string> {
  return (
    ownerMarkIn(directory) ??
    (await marking(
      directory,
      async (mark) => await createFileOnce(join(directory, SCRATCH), join(directory, MARK), mark),
    ))
  );
}

async function marking(directory: string, leave: (mark: Uint8Array) => Promise<unknown>): Promise<string> {
  const mark = randomUUID().slice(0, 13);
  try {
    await makeDirectory(join(directory, SCRATCH));
    await leave(Buffer.from(`${mark}\n`));
    return ownerMarkIn(directory) ?? mark;
  } catch (error) {
    throw storageFailure(error, `marking the objects in ${directory}`, 'nothing was changed');
  }
}

/** The mark in a directory of objects; null where no owner has left one. */
export function ownerMarkIn(directory: string): string | null {
  try {
    return readFileSync(join(directory, MARK), 'utf8').trim() || null;
  } catch {
    return null;
  }
}
