import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Landing } from '../domain/landing.js';
import { landingPath } from './objectPath.js';
import type { S3Connection } from './s3Connection.js';
import { isNoSuchObject } from './s3Failure.js';
import { headOf } from './s3Reading.js';
import { put } from './s3Writing.js';

/** What spools' names became. The dots keep these out of every listing and of the names of others. */
const SPOOLS = '.spool';
const LANDED = '.landed.json';

const Remembered = z.object({
  v: z.literal(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  encoding: z.enum(['identity', 'gzip']),
});

/** The landing that a spool's name became, if it is there; null too where the note cannot be read: the body is received anew then. */
export async function rememberedLanding(s3: S3Connection, name: string): Promise<Landing | null> {
  const text = await s3.speaking(`looking what ${name} became`, 'nothing was changed', async () => {
    try {
      const answer = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: s3.keyOf(notePath(name)) }));
      return (await answer.Body?.transformToString()) ?? '';
    } catch (error) {
      if (isNoSuchObject(error)) return '';
      throw error;
    }
  });
  const note = parsed(text);
  if (note === null) return null;
  const { sha256, bytes, encoding } = note;
  return (await headOf(s3, landingPath(sha256)))?.ContentLength === bytes ? { sha256, bytes, encoding } : null;
}

/** Notes what a spool's name became, so that no other machine fetches it again. */
export async function rememberLanded(
  s3: S3Connection,
  name: string,
  { sha256, bytes, encoding }: Landing,
): Promise<void> {
  const note = Buffer.from(JSON.stringify({ v: 1, sha256, bytes, encoding } satisfies z.infer<typeof Remembered>));
  await s3.speaking(`noting what ${name} became`, 'the landing is kept', () => put(s3, notePath(name), note));
}

/** Removes the note of one name. */
export async function forgetLanded(s3: S3Connection, name: string): Promise<void> {
  await removeVersions(s3, name, s3.keyOf(notePath(name)));
}

/** Removes the notes of a name and of all below it. */
export async function forgetLandedUnder(s3: S3Connection, prefix: string): Promise<void> {
  await removeVersions(s3, prefix, s3.keyOf(`${SPOOLS}/${prefix}/`));
}

function notePath(name: string): string {
  return `${SPOOLS}/${name}/${LANDED}`;
}

function parsed(text: string): z.infer<typeof Remembered> | null {
  try {
    return Remembered.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Removes every version, so that a bucket with versions does not fill with notes; a default retention of the bucket lets none go. */
async function removeVersions(s3: S3Connection, name: string, Prefix: string): Promise<void> {
  await s3.speaking(`forgetting the spools of ${name}`, 'landings are kept', async () => {
    for (let page = await listed({}); ; page = await listed(page)) {
      for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
        if (Key !== undefined) await removeVersion(s3, Key, VersionId);
      }
      if (!page.IsTruncated) return;
    }
  });

  async function listed(after: Partial<ListObjectVersionsCommandOutput>): Promise<ListObjectVersionsCommandOutput> {
    const from = { KeyMarker: after.NextKeyMarker, VersionIdMarker: after.NextVersionIdMarker };
    return await s3.client.send(new ListObjectVersionsCommand({ Bucket: s3.bucket, Prefix, ...from }));
  }
}

async function removeVersion(s3: S3Connection, Key: string, VersionId: string | undefined): Promise<void> {
  try {
    await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key, VersionId }));
  } catch (error) {
    if (isNoSuchObject(error)) return;
    // Kept by the bucket's default retention: a marker hides it.
    await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key })).catch(() => {
      throw error;
    });
  }
}
