import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { S3ObjectsConfig } from '../config/storageConfig.js';
import { Failure } from '../domain/failure.js';
import type { Landing, LandingEncoding } from '../domain/landing.js';
import { memorySource } from './bodySource.js';
import { landingPath, objectPathSegments } from './objectPath.js';
import type { ObjectStore, Spool } from './objectStore.js';
import { openS3Connection, type S3Connection } from './s3Connection.js';
import { landBody } from './s3Landing.js';
import { endAbandonedUploads } from './s3Multipart.js';
import { s3Protection } from './s3Protection.js';
import { openBody, pathsUnder } from './s3Reading.js';
import { forgetLandedUnder } from './s3Remembered.js';
import { openS3Spool } from './s3Spool.js';
import { putOnce } from './s3Writing.js';
import { storageFailure } from './storageFailure.js';
import { sweepOldFiles, sweepOldSpools } from './sweepSpools.js';

const SCRATCH = '.scratch';
/** Less room than this on the disk is none. */
const LEAST_FREE_BYTES = 64 * 1024;
const READ_CHUNK_BYTES = 256 * 1024;

/** Objects in a bucket. `close` ends its connections. */
export interface S3Store extends ObjectStore {
  close(): Promise<void>;
}

/**
 * Opens a bucket of objects: the same paths as in a directory, under the prefix. Nothing is asked of the store yet.
 *
 * Bodies come to rest on this machine's disk first, under `spoolDirectory`, which workers of one machine may share; each is removed when
 * it is in the bucket. Objects are written once, with their SHA-256 checked by the store, and landings, seals and entries get the
 * retention of the settings. What the store must be able to do: docs/objects.md.
 *
 * @param options.readOnly write nothing, on the disk neither; for verification. Writing then fails as `Blocked`.
 * @param options.maxAttempts requests that are sent before a failure is told; 9 unless given, about 12 s.
 * @throws Failure `Blocked` when the spool's directory cannot be made.
 */
export function openS3Store(
  config: S3ObjectsConfig,
  options: { readOnly?: boolean; maxAttempts?: number } = {},
): S3Store {
  const readOnly = options.readOnly ?? false;
  const s3 = openS3Connection(config, options);
  const directory = config.spoolDirectory;
  const scratch = join(directory, SCRATCH);
  if (!readOnly) {
    try {
      mkdirSync(scratch, { recursive: true, mode: 0o700 });
      sweepOldFiles(scratch);
      sweepOldSpools(directory);
    } catch (error) {
      throw storageFailure(error, `opening the spool in ${directory}`, 'nothing was changed');
    }
  }
  return objectsOf(s3, directory, scratch, readOnly);
}

function objectsOf(s3: S3Connection, directory: string, scratch: string, readOnly: boolean): S3Store {
  let swept: Promise<unknown> | null = null;

  function assertWritable(): void {
    if (!readOnly) return;
    throw new Failure('Blocked', `the objects in ${s3.location} were opened for reading only; nothing was written`);
  }

  /** Once a process. Should it fail, so will what follows, and that says why. */
  async function sweep(): Promise<void> {
    await (swept ??= endAbandonedUploads(s3, Date.now()).catch(() => 0));
  }

  async function assertPresent(): Promise<void> {
    try {
      await stat(scratch);
    } catch (error) {
      throw storageFailure(error, `using the spool in ${directory}`, 'nothing was written');
    }
  }

  async function assertRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < LEAST_FREE_BYTES) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  }

  return {
    location: s3.location,
    ...s3Protection(s3, assertWritable),

    async spool(name: string): Promise<{ landed: Landing } | { spool: Spool }> {
      objectPathSegments(name);
      assertWritable();
      await assertPresent();
      await sweep();
      try {
        return await openS3Spool(s3, { directory, scratch, assertPresent, assertRoom }, name);
      } catch (error) {
        throw storageFailure(error, `opening the spool ${name} in ${directory}`, 'what it holds is kept');
      }
    },

    async landBytes(bytes: Uint8Array, encoding: LandingEncoding): Promise<Landing> {
      assertWritable();
      await sweep();
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await landBody(s3, memorySource(bytes), sha256, 'nothing was written');
      return { sha256, bytes: bytes.byteLength, encoding };
    },

    async readLanding(sha256: string): Promise<Readable> {
      const path = landingPath(sha256);
      const body = await openBody(s3, path);
      if (body !== null) return Readable.from(body, { objectMode: false, highWaterMark: READ_CHUNK_BYTES });
      throw new Failure(
        'Corrupt',
        `${path} is not in ${s3.location}, though it was landed; remove the delete marker over it, put it back from a copy, or export its window again`,
      );
    },

    async forgetSpools(prefix: string): Promise<void> {
      const name = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
      const segments = objectPathSegments(name);
      assertWritable();
      try {
        await rm(join(directory, ...segments), { recursive: true, force: true });
      } catch (error) {
        throw storageFailure(error, `forgetting the spools of ${name} in ${directory}`, 'landings are kept');
      }
      await forgetLandedUnder(s3, name);
    },

    async createOnce(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
      if (objectPathSegments(path)[0] === 'landings') {
        throw new Failure('InvalidInput', `${path}: landings are named by their hash; land the bytes instead`);
      }
      assertWritable();
      return await s3.speaking(`writing ${path}`, 'it is as it was, or whole', () => putOnce(s3, path, bytes));
    },

    async read(path: string, readOptions: { firstBytes?: number } = {}): Promise<Uint8Array | null> {
      objectPathSegments(path);
      const body = await openBody(s3, path, readOptions);
      return body === null ? null : await buffer(body);
    },

    async digest(path: string): Promise<{ sha256: string; bytes: number } | null> {
      objectPathSegments(path);
      const body = await openBody(s3, path);
      if (body === null) return null;
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of body) {
        hash.update(chunk);
        bytes += chunk.byteLength;
      }
      return { sha256: hash.digest('hex'), bytes };
    },

    async list(prefix: string, listOptions: { after?: string } = {}): Promise<string[]> {
      const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
      if (folder !== '') objectPathSegments(folder);
      const found: string[] = [];
      for await (const path of pathsUnder(s3, folder, listOptions.after)) found.push(path);
      return found.sort();
    },

    close() {
      s3.client.destroy();
      return Promise.resolve();
    },
  };
}
