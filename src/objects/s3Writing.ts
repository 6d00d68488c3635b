import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { S3Connection } from './s3Connection.js';
import { s3ErrorFacts } from './s3Failure.js';
import { headOf } from './s3Reading.js';

/** Name of the metadata that says which call wrote an object. */
const WRITTEN_BY = 'rosterline-put';
/** Folders whose objects are kept: they get the retention of the settings. Others (plans, notes, spools) do not. */
const KEPT = /^(landings|seals|chain)\//;
const MAX_CONFLICTS = 10;

/** How long an object is kept by Object Lock, as S3's own fields; empty where it is not. */
export function retentionOf(
  s3: S3Connection,
  path: string,
  nowMs = Date.now(),
): Pick<PutObjectCommandInput, 'ObjectLockMode' | 'ObjectLockRetainUntilDate'> {
  if (s3.retention === null || !KEPT.test(path)) return {};
  const until = new Date(nowMs + s3.retention.days * 86_400_000);
  return { ObjectLockMode: s3.retention.mode, ObjectLockRetainUntilDate: until };
}

/** Writes an object, whatever stands there; a bucket with versions keeps that. */
export async function put(s3: S3Connection, path: string, bytes: Uint8Array): Promise<void> {
  await s3.client.send(new PutObjectCommand(putOf(s3, path, bytes)));
}

/**
 * Writes an object that must not exist (`If-None-Match: *`).
 *
 * Of all calls that ask for one path at once, exactly one is told `created`, even when the answer to it was lost: each call marks the
 * object by a random id in its metadata, and whoever asked more than once and is told that the object exists looks whose it is. Only a
 * process that dies before it hears the answer leaves an object that its successor finds as `exists`.
 */
export async function putOnce(s3: S3Connection, path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
  const id = randomUUID();
  let sent = 0;
  for (let conflicts = 0; ; conflicts++) {
    try {
      await s3.client.send(
        new PutObjectCommand({ ...putOf(s3, path, bytes), IfNoneMatch: '*', Metadata: { [WRITTEN_BY]: id } }),
      );
      return 'created';
    } catch (error) {
      const { status, attempts } = s3ErrorFacts(error);
      sent += attempts;
      if (status === 412) {
        if (sent === 1) return 'exists';
        return (await headOf(s3, path))?.Metadata?.[WRITTEN_BY] === id ? 'created' : 'exists';
      }
      // ConditionalRequestConflict: another call for the same path is under way. S3's advice is to ask again.
      if (status !== 409 || conflicts === MAX_CONFLICTS) throw error;
      await pause(20 * 2 ** Math.min(conflicts, 5) * (0.5 + Math.random()));
    }
  }
}

function putOf(s3: S3Connection, path: string, bytes: Uint8Array): PutObjectCommandInput {
  return {
    Bucket: s3.bucket,
    Key: s3.keyOf(path),
    Body: bytes,
    ContentLength: bytes.byteLength,
    ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
    ...retentionOf(s3, path),
  };
}
