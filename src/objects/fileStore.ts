import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { endAfter } from '../domain/endAfter.js';
import { Failure } from '../domain/failure.js';
import type { Landing, LandingEncoding } from '../domain/landing.js';
import { createFileOnce, makeDirectory, writeUnfinished } from './durableFile.js';
import { fileProtection, type ProtectedDirectory } from './fileProtection.js';
import { fileReading, readStream } from './fileReading.js';
import { openFileSpool } from './fileSpool.js';
import { landingPath, objectPathSegments, withoutTrailingSlash } from './objectPath.js';
import type { ObjectProtection } from './objectProtection.js';
import type { ObjectStore, Spool } from './objectStore.js';
import { placeLanding } from './placeLanding.js';
import { isMissing, storageFailure } from './storageFailure.js';
import { sweepOldFiles } from './sweepSpools.js';

/** Bodies on their way, outside what is listed; also the sign that this is our directory and not a bare mount point. */
const SPOOLS = '.spool';
/** Unfinished small files. */
const SCRATCH = '.scratch';
/** Less room than this on the disk is none. */
const LEAST_FREE_BYTES = 64 * 1024;

/**
 * Opens a directory of objects: landings, seals and the chain as plain files, which `sha256sum` and `jq` can check.
 *
 * Makes what is missing (directories 0700, files 0600) and sweeps what killed processes left. Several processes may share it.
 *
 * @param options.retentionDays days for which no object may be removed after it was written; 0 unless given.
 * @param options.readOnly touch nothing; for commands that verify a copy or a read-only mount, and do nothing else meanwhile: small
 *   files are read without leaving the thread. Writing then fails as `Blocked`.
 * @throws Failure `Blocked` when the directory cannot be made or, read-only, is not there.
 */
export function openFileStore(options: { directory: string; retentionDays?: number; readOnly?: boolean }): ObjectStore {
  const directory = resolve(options.directory);
  const readOnly = options.readOnly ?? false;
  try {
    if (readOnly) {
      readdirSync(directory);
    } else {
      for (const part of ['landings', 'seals', 'chain', SPOOLS, SCRATCH]) {
        mkdirSync(join(directory, part), { recursive: true, mode: 0o700 });
      }
      sweepOldFiles(join(directory, SCRATCH));
    }
  } catch (error) {
    throw storageFailure(error, `opening the objects in ${directory}`, 'nothing was changed');
  }
  const store = new FileStore(directory, readOnly);
  return Object.assign(store, fileReading(store), fileProtection(store, options.retentionDays ?? 0));
}

class FileStore
  implements Omit<ObjectStore, keyof ObjectProtection | keyof ReturnType<typeof fileReading>>, ProtectedDirectory
{
  private readonly scratch: string;

  constructor(
    readonly location: string,
    readonly readOnly: boolean,
  ) {
    this.scratch = join(location, SCRATCH);
  }

  async spool(name: string): Promise<{ landed: Landing } | { spool: Spool }> {
    const directory = join(this.location, SPOOLS, ...objectPathSegments(name));
    return await this.storing(`opening the spool ${name}`, 'what it holds is kept', async () => {
      await this.assertWritable();
      return await openFileSpool({
        name,
        directory,
        landings: join(this.location, 'landings'),
        syncsBody: true,
        scratch: this.scratch,
        assertPresent: () => this.assertPresent(),
        assertRoom: () => this.assertRoom(),
      });
    });
  }

  async landBytes(bytes: Uint8Array, encoding: LandingEncoding): Promise<Landing> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return await this.storing(`landing ${bytes.byteLength} bytes`, 'nothing was written', async () => {
      await this.assertWritable();
      await makeDirectory(join(this.location, 'landings'));
      const unfinished = await writeUnfinished(this.scratch, bytes);
      await endAfter(
        () => placeLanding(unfinished, join(this.location, landingPath(sha256)), sha256),
        () => rm(unfinished, { force: true }),
      );
      return { sha256, bytes: bytes.byteLength, encoding };
    });
  }

  async readLanding(sha256: string): Promise<Readable> {
    const path = landingPath(sha256);
    const stream = await readStream(this, path);
    if (stream !== null) return stream;
    throw new Failure(
      'Corrupt',
      `${path} is not in ${this.location}, though it was landed; put it back from a copy, or export its window again`,
    );
  }

  async forgetSpools(prefix: string): Promise<void> {
    const directory = join(this.location, SPOOLS, ...objectPathSegments(withoutTrailingSlash(prefix)));
    await this.storing(`forgetting the spools of ${prefix}`, 'landings are kept', async () => {
      await this.assertWritable();
      await rm(directory, { recursive: true, force: true });
    });
  }

  async createOnce(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const segments = objectPathSegments(path);
    if (segments[0] === 'landings') {
      throw new Failure('InvalidInput', `${path}: landings are named by their hash; land the bytes instead`);
    }
    const file = join(this.location, ...segments);
    return await this.storing(`writing ${path}`, 'nothing was written', async () => {
      await this.assertWritable();
      await makeDirectory(dirname(file));
      return await createFileOnce(this.scratch, file, bytes);
    });
  }

  /** Null where there is no such object; a store that is gone as a whole is never taken for an empty one. */
  async reading<T>(path: string, work: () => Promise<T>): Promise<T | null> {
    return await this.storing(`reading ${path}`, 'nothing was changed', async () => {
      try {
        return await work();
      } catch (error) {
        if (!isMissing(error)) throw error;
        await this.assertPresent();
        return null;
      }
    });
  }

  async assertWritable(): Promise<void> {
    if (this.readOnly) {
      throw new Failure('Blocked', `the objects in ${this.location} were opened for reading only; nothing was written`);
    }
    await this.assertPresent();
  }

  async assertPresent(): Promise<void> {
    try {
      await stat(this.readOnly ? this.location : join(this.location, SPOOLS));
    } catch (error) {
      throw storageFailure(error, `using the objects in ${this.location}`, 'nothing was written');
    }
  }

  private async assertRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.location);
    if (bavail * bsize < LEAST_FREE_BYTES) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  }

  async storing<T>(doing: string, kept: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storageFailure(error, `${doing} in ${this.location}`, kept);
    }
  }
}
