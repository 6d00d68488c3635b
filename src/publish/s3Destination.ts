import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { S3ObjectsConfig } from '../config/storageConfig.js';
import { Failure } from '../domain/failure.js';
import { openS3Connection, type S3Connection } from '../objects/s3Connection.js';
import { isNoSuchObject, s3ErrorFacts } from '../objects/s3Failure.js';
import { abortUpload } from '../objects/s3Multipart.js';
import { storageFailure } from '../objects/storageFailure.js';
import type { TakeLock } from './fileDestination.js';
import type { ExistingFile, PublishDestination } from './publishDestination.js';
import { isPublishedPath } from './publishedPath.js';
import { isManifest, MANIFEST } from './publishManifest.js';

/** Larger files go up in parts of this size, a few at once, each with a checksum that the store compares. */
const PART_BYTES = 32 * 1024 * 1024;
const KEPT = 'what was published before is as it was';

/**
 * A folder of a bucket to publish to.
 *
 * The manifest is replaced only if it is still the one that was read (`If-Match`), so that of two publishes at once one is refused whole,
 * wherever they run. On one machine the second is refused at its start.
 *
 * @param options.scratchDirectory a directory of this machine, made and emptied; a lock beside it lets in one publish at a time.
 * @throws Failure `InvalidInput` when the folder has objects and none of ours; `Blocked` when it cannot be reached, or another process
 *   of this machine publishes. Nothing was changed.
 */
export async function openS3Destination(
  config: S3ObjectsConfig,
  options: { readonly scratchDirectory: string; readonly takeLock: TakeLock },
): Promise<PublishDestination> {
  const s3 = openS3Connection(config);
  const { scratchDirectory, takeLock } = options;
  let unlock: () => void = () => undefined;
  try {
    unlock = await lockScratch(scratchDirectory, takeLock, s3.location);
    const found = await readText(s3, MANIFEST);
    if (!isManifest(found?.text ?? null)) await refuseForeign(s3);
    return destination(s3, scratchDirectory, found, unlock);
  } catch (error) {
    unlock();
    s3.client.destroy();
    throw error;
  }
}

function destination(
  s3: S3Connection,
  scratchDirectory: string,
  found: { text: string; etag: string } | null,
  unlock: () => void,
): PublishDestination {
  return {
    location: s3.location,
    manifestLocation: `s3://${s3.bucket}/${s3.keyOf(MANIFEST)}`,
    scratchDirectory,
    manifest: found?.text ?? null,
    async list() {
      const there: ExistingFile[] = [];
      for await (const file of filesOfBucket(s3)) if (isPublishedPath(file.path)) there.push(file);
      return there;
    },
    async put({ localFile, path }) {
      await s3.speaking(`writing ${path}`, KEPT, () => upload(s3, localFile, path));
      await rm(localFile);
    },
    commit: (text) => s3.speaking(`writing ${MANIFEST}`, KEPT, () => commit(s3, text, found?.etag ?? null)),
    async remove(path) {
      await s3.speaking(`removing ${path}`, 'the new state is published whole, and some old files are beside it', () =>
        s3.client.send(new DeleteObjectCommand(keyOf(s3, path))),
      );
    },
    async close() {
      s3.client.destroy();
      await rm(scratchDirectory, { recursive: true, force: true }).finally(unlock);
    },
  };
}

/** By itself the SDK takes parts back first, and where that is refused says so in place of why the upload was. */
async function upload(s3: S3Connection, localFile: string, path: string): Promise<void> {
  const sending = new Upload({
    client: s3.client,
    partSize: PART_BYTES,
    queueSize: 2,
    leavePartsOnError: true,
    params: {
      ...keyOf(s3, path),
      Body: createReadStream(localFile),
      ContentType: 'application/vnd.apache.parquet',
      ChecksumAlgorithm: 'SHA256',
    },
  });
  await sending.done().catch(async (reason: unknown) => {
    if (sending.uploadId !== undefined) await abortUpload(s3, path, sending.uploadId).catch(() => undefined);
    throw reason;
  });
}

async function commit(s3: S3Connection, text: string, before: string | null): Promise<void> {
  try {
    await s3.client.send(
      new PutObjectCommand({
        ...keyOf(s3, MANIFEST),
        Body: text,
        ContentType: 'application/json',
        ChecksumAlgorithm: 'SHA256',
        ...(before === null ? { IfNoneMatch: '*' } : { IfMatch: before }),
      }),
    );
  } catch (error) {
    const { status } = s3ErrorFacts(error);
    if (status !== 412 && status !== 409) throw error;
    // The answer to an earlier try may have been lost: then the manifest that stands in the way is ours.
    if ((await readText(s3, MANIFEST))?.text === text) return;
    throw new Failure(
      'Conflict',
      `another publish to ${s3.location} was faster, and its manifest stands. Nothing that it names was changed; run this again`,
    );
  }
}

/** Refuses a folder that holds something else: only what is named as ours is ever removed, and nothing there is to be buried under it. */
async function refuseForeign(s3: S3Connection): Promise<void> {
  for await (const { path } of filesOfBucket(s3)) {
    if (isPublishedPath(path)) continue;
    throw new Failure(
      'InvalidInput',
      `${s3.location} has objects that no publish has written (${path}). Nothing was changed; name an empty prefix`,
    );
  }
}

async function* filesOfBucket(s3: S3Connection): AsyncGenerator<ExistingFile> {
  const base = s3.keyOf('');
  const pages = paginateListObjectsV2({ client: s3.client }, { Bucket: s3.bucket, Prefix: base });
  for (;;) {
    const page = await s3.speaking('listing what is published', KEPT, () => pages.next());
    if (page.done) return;
    for (const { Key: key, Size: bytes } of page.value.Contents ?? [])
      if (key !== undefined) yield { path: key.slice(base.length), bytes: bytes ?? 0 };
  }
}

async function readText(s3: S3Connection, path: string): Promise<{ text: string; etag: string } | null> {
  return await s3.speaking(`reading ${path}`, KEPT, async () => {
    try {
      const answer = await s3.client.send(new GetObjectCommand(keyOf(s3, path)));
      return { text: (await answer.Body?.transformToString()) ?? '', etag: answer.ETag ?? '' };
    } catch (error) {
      if (!isNoSuchObject(error)) throw error;
      // A missing bucket is no empty one.
      await s3.client.send(new HeadBucketCommand({ Bucket: s3.bucket }));
      return null;
    }
  });
}

async function lockScratch(scratchDirectory: string, takeLock: TakeLock, location: string): Promise<() => void> {
  try {
    await mkdir(scratchDirectory, { recursive: true, mode: 0o700 });
    const lock = await takeLock(`${scratchDirectory}.lock`, `publishing to ${location}`);
    if ('holder' in lock) {
      const { pid, host, since } = lock.holder;
      throw new Failure(
        'Blocked',
        `process ${pid} on ${host} publishes since ${since}. Nothing was changed; wait for it. If that host no longer exists, delete ${scratchDirectory}.lock`,
      );
    }
    try {
      await rm(scratchDirectory, { recursive: true, force: true });
      await mkdir(scratchDirectory, { recursive: true, mode: 0o700 });
    } catch (error) {
      lock.release();
      throw error;
    }
    return () => lock.release();
  } catch (error) {
    throw storageFailure(error, `using ${scratchDirectory}`, 'nothing was changed');
  }
}

function keyOf(s3: S3Connection, path: string): { Bucket: string; Key: string } {
  return { Bucket: s3.bucket, Key: s3.keyOf(path) };
}
