import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './durableFile.js';
import { placeLanding } from './placeLanding.js';
import type { LandedRecord } from './spoolRecord.js';
import { isMissing } from './storageFailure.js';

/** Where a spool keeps what it has, and where its body goes. All on one file system. */
export interface SpoolPlaces {
  /** Name that the caller gave, for messages. */
  readonly name: string;
  /** The spool's own directory. */
  readonly directory: string;
  readonly landings: string;
  /** Whether a whole body is on the disk, not in a cache, before it counts as one: false where its hash is checked again later. */
  readonly syncsBody: boolean;
  /** For unfinished small files. */
  readonly scratch: string;
  /** @throws Failure `Blocked` when the store's directory is gone, so that it is never made anew behind a lost mount. */
  readonly assertPresent: () => Promise<void>;
  /** @throws Failure `Blocked` when the disk is full: a body that cannot be kept need not be asked for. */
  readonly assertRoom: () => Promise<void>;
}

/** Name of the `ReceivingRecord` in a spool's directory. */
export const RECEIVING_FILE = '.receiving.json';
/** Name of the `LandedRecord` in a spool's directory. */
export const LANDED_FILE = '.landed.json';

/** Moves a whole body to its final name; false when there is no such body. The same bytes that stand there already stay. */
export async function moveBody(places: SpoolPlaces, landed: LandedRecord): Promise<boolean> {
  const body = join(places.directory, landed.body);
  if ((await fileSize(body)) !== landed.bytes) return false;
  await makeDirectory(places.landings);
  return await placeLanding(body, join(places.landings, landed.sha256), landed.sha256);
}

/**
 * Removes what a spool keeps while receiving.
 *
 * The record first: a body without one counts for nothing, a record without its body would have to be explained.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  await rm(join(directory, RECEIVING_FILE), { force: true });
  for (const name of await namesIn(directory)) {
    if (name.startsWith('.body-')) await rm(join(directory, name), { force: true });
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Length in bytes, or null where there is no such file. */
export async function fileSize(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
