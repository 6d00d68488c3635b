import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Failure } from '../domain/failure.js';
import { syncDirectory } from '../objects/durableFile.js';
import { errorCode, isMissing, storageFailure } from '../objects/storageFailure.js';
import type { PublishDestination } from './publishDestination.js';
import { isPublishedPath } from './publishedPath.js';
import { isManifest, MANIFEST } from './publishManifest.js';

/** Hidden from readers of folders: Spark, pyarrow and DuckDB pass over names that begin with a dot. */
const HIDDEN = '.publish';
const MARK = 'A directory that Rosterline publishes to. Only one publish at a time may be at work here.\n';

/** Takes a lock file for this process, or says who has it. */
export type TakeLock = (
  path: string,
  what: string,
) => Promise<
  { release(): void } | { readonly holder: { readonly pid: number; readonly host: string; readonly since: string } }
>;

/**
 * A directory to publish to. Made where it is not there; a directory with files of others is refused.
 *
 * Files get the mode of the process's umask: what is published is for others to read.
 *
 * @throws Failure `InvalidInput` when the directory has files and none of ours, `Blocked` when it cannot be written or another process
 *   publishes to it. Nothing was changed.
 */
export async function openFileDestination(directory: string, takeLock: TakeLock): Promise<PublishDestination> {
  const unchanged = 'nothing was changed';
  const hidden = join(directory, HIDDEN);
  const scratchDirectory = join(hidden, 'partial');
  try {
    await claim(directory, hidden);
    const lock = await takeLock(join(hidden, 'lock'), `publishing to ${directory}`);
    if ('holder' in lock) throw inUse(directory, hidden, lock.holder);
    try {
      await rm(scratchDirectory, { recursive: true, force: true });
      await mkdir(scratchDirectory, { recursive: true });
      const manifest = await textOf(join(directory, MANIFEST));
      return destination(directory, scratchDirectory, manifest, () => lock.release());
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    throw storageFailure(error, `publishing to ${directory}`, unchanged);
  }
}

function destination(
  directory: string,
  scratchDirectory: string,
  manifest: string | null,
  unlock: () => void,
): PublishDestination {
  const guarded = async <Result>(
    doing: string,
    run: () => Promise<Result>,
    kept = 'what was published before is as it was',
  ): Promise<Result> => {
    try {
      return await run();
    } catch (error) {
      throw storageFailure(error, `${doing} in ${directory}`, kept);
    }
  };
  return {
    location: directory,
    manifestLocation: join(directory, MANIFEST),
    scratchDirectory,
    manifest,
    list: () => guarded('listing', () => published(directory)),
    put: ({ localFile, path }) =>
      guarded(`writing ${path}`, async () => {
        await syncFile(localFile);
        const target = join(directory, path);
        await makeReadableDirectory(dirname(target));
        await rename(localFile, target);
        await syncDirectory(dirname(target));
      }),
    commit: (text) =>
      guarded(`writing ${MANIFEST}`, async () => {
        const unfinished = join(scratchDirectory, MANIFEST);
        await writeFile(unfinished, text);
        await syncFile(unfinished);
        await rename(unfinished, join(directory, MANIFEST));
        await syncDirectory(directory);
      }),
    remove: (path) =>
      guarded(
        `removing ${path}`,
        async () => {
          await rm(join(directory, path), { force: true });
          await removeEmpty(dirname(join(directory, path)), directory);
        },
        'the new state is published whole, and some old files are still beside it',
      ),
    close: async () => {
      await rm(scratchDirectory, { recursive: true, force: true }).finally(unlock);
    },
  };
}

/** Makes the directory ours, unless it has files and no mark of ours. */
async function claim(directory: string, hidden: string): Promise<void> {
  await makeReadableDirectory(directory);
  const mark = join(hidden, 'README');
  if ((await textOf(mark)) === MARK) return;
  const manifest = await textOf(join(directory, MANIFEST));
  const others = (await readdir(directory)).filter((name) => name !== HIDDEN);
  const first = others.sort()[0];
  // A copy that was made without hidden files is told by its manifest.
  if (first !== undefined && !isManifest(manifest))
    throw new Failure(
      'InvalidInput',
      `${directory} has files that no publish has written (${first}${others.length > 1 ? ` and ${others.length - 1} more` : ''}). Nothing was changed; name an empty directory, or one that is not there yet`,
    );
  await mkdir(hidden, { recursive: true });
  // In the hidden folder first: half a mark would make the directory a stranger's.
  await writeFile(`${mark}.partial`, MARK);
  await rename(`${mark}.partial`, mark);
}

function inUse(directory: string, hidden: string, holder: { pid: number; host: string; since: string }): Failure {
  return new Failure(
    'Blocked',
    `process ${holder.pid} on ${holder.host} publishes to ${directory} since ${holder.since}. Nothing was changed; ` +
      `wait for it. If that host no longer exists, delete ${join(hidden, 'lock')}`,
  );
}

async function published(directory: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => isPublishedPath(path));
  return await Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(join(directory, path))).size })));
}

async function makeReadableDirectory(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  if (firstMade === undefined) return;
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) await syncDirectory(dirname(made));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes folders that have become empty, up to the directory itself. */
async function removeEmpty(folder: string, directory: string): Promise<void> {
  for (let empty = folder; empty.length > directory.length; empty = dirname(empty)) {
    try {
      await rmdir(empty);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) return;
      throw error;
    }
  }
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
