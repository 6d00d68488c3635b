import { setTimeout as pause } from 'node:timers/promises';
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { objectPathSegments } from './objectPath.js';
import type { S3Connection } from './s3Connection.js';
import { isNoSuchObject, s3ErrorFacts, s3Failure } from './s3Failure.js';

const UNCHANGED = 'nothing was changed';
/** Cuts in a row, without a byte between them, after which a stream is given up. */
const MAX_CUTS = 5;
const CUT_PAUSE_MS = 200;

/**
 * The bytes of a path's newest version, or null where there is none, or its newest version is a delete marker.
 *
 * A connection that is cut is made again and goes on at the next byte (`Range`) of the very same version. Nothing is held but a chunk.
 *
 * @param options.firstBytes no more than so many, at least 1.
 * @throws Failure `Blocked` when the bucket is gone or closed to us; `Transient`, from the stream too.
 */
export async function openBody(
  s3: S3Connection,
  path: string,
  options: { firstBytes?: number } = {},
): Promise<AsyncGenerator<Uint8Array> | null> {
  const { firstBytes } = options;
  const first = await getFrom(s3, path, firstBytes === undefined ? {} : { Range: `bytes=0-${firstBytes - 1}` });
  return first === null ? null : resuming(s3, path, first);
}

async function* resuming(
  s3: S3Connection,
  path: string,
  first: GetObjectCommandOutput,
): AsyncGenerator<Uint8Array, void, undefined> {
  const total = first.ContentLength ?? 0;
  let at = 0;
  let cuts = 0;
  for (let answer = first; ; ) {
    try {
      for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
        at += chunk.byteLength;
        cuts = 0;
        yield chunk;
      }
      if (at >= total) return;
      throw Object.assign(new Error('ended early'), { code: 'ECONNRESET' });
    } catch (error) {
      if (at >= total) return;
      if (++cuts > MAX_CUTS) throw s3Failure(error, `reading ${path} from byte ${at} in ${s3.location}`, UNCHANGED);
    }
    await pause(CUT_PAUSE_MS * cuts);
    const next = await getFrom(s3, path, {
      Range: `bytes=${at}-${total - 1}`,
      IfMatch: first.ETag,
      VersionId: first.VersionId,
    });
    if (next === null) throw s3Failure(vanished(), `reading ${path} from byte ${at} in ${s3.location}`, UNCHANGED);
    answer = next;
  }
}

function vanished(): Error {
  return Object.assign(new Error('vanished'), { code: 'ECONNRESET' });
}

async function getFrom(
  s3: S3Connection,
  path: string,
  part: Pick<GetObjectCommandInput, 'Range' | 'IfMatch' | 'VersionId'>,
): Promise<GetObjectCommandOutput | null> {
  return await s3.speaking(`reading ${path}`, UNCHANGED, async () => {
    const whole = { Bucket: s3.bucket, Key: s3.keyOf(path) };
    try {
      return await s3.client.send(new GetObjectCommand({ ...whole, ...part }));
    } catch (error) {
      if (isNoSuchObject(error)) return null;
      // Of an empty object there are no first bytes to ask for.
      if (s3ErrorFacts(error).status === 416 && part.IfMatch === undefined)
        return await s3.client.send(new GetObjectCommand(whole));
      throw error;
    }
  });
}

/** Length and version of a path's newest version; null where there is none. */
export async function headOf(
  s3: S3Connection,
  path: string,
  versionId?: string,
): Promise<HeadObjectCommandOutput | null> {
  return await s3.speaking(`looking at ${path}`, UNCHANGED, async () => {
    try {
      return await s3.client.send(
        new HeadObjectCommand({ Bucket: s3.bucket, Key: s3.keyOf(path), VersionId: versionId }),
      );
    } catch (error) {
      if (!isNoSuchObject(error)) throw error;
      // Such an answer has no body that would say what is missing, and a missing bucket is no empty one: this one has.
      await s3.client.send(new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: s3.keyOf(path), MaxKeys: 1 }));
      return null;
    }
  });
}

/** Paths under a folder, page after page, in UTF-16 order: keys come in UTF-8's, which for the letters of our paths is the same. */
export async function* pathsUnder(s3: S3Connection, folder: string, after?: string): AsyncGenerator<string> {
  const base = s3.keyOf('');
  const pages = paginateListObjectsV2(
    { client: s3.client, pageSize: 1000 },
    { Bucket: s3.bucket, Prefix: folder === '' ? base : s3.keyOf(`${folder}/`), StartAfter: after && s3.keyOf(after) },
  );
  for (;;) {
    const page = await s3.speaking(`listing ${folder}/`, UNCHANGED, () => pages.next());
    if (page.done) return;
    for (const { Key: key } of page.value.Contents ?? []) {
      const path = key?.slice(base.length);
      if (path !== undefined && isObjectPath(path)) yield path;
    }
  }
}

function isObjectPath(path: string): boolean {
  try {
    return objectPathSegments(path).length > 0;
  } catch {
    return false;
  }
}
