import { createHash } from 'node:crypto';
import { Failure } from '../domain/failure.js';
import type { BodySource } from './bodySource.js';
import { landingPath } from './objectPath.js';
import type { S3Connection } from './s3Connection.js';
import { isNoSuchObject, s3ErrorFacts } from './s3Failure.js';
import { endUploads, PART_BYTES, sendInParts } from './s3Multipart.js';
import { headOf } from './s3Reading.js';
import { putOnce, put } from './s3Writing.js';

/** Times that a body is sent anew because others were busy with the same one. */
const MAX_TRIES = 4;

/**
 * Makes a body a landing, unless it is one: the same bytes are sent once, and what stands is never overwritten, so it may be held.
 *
 * A landing of another length than its bytes is no landing: a new version is put over it, and versions keep the old one.
 *
 * @returns `differs` when the bytes do not have the hash: nothing was landed.
 * @throws Failure `Blocked` or `Transient`; what was sent is gone on with.
 */
export async function landBody(
  s3: S3Connection,
  source: BodySource,
  sha256: string,
  kept: string,
): Promise<'landed' | 'differs'> {
  const path = landingPath(sha256);
  return await s3.speaking(`writing ${path}`, kept, async () => {
    for (let tries = 1; ; tries++) {
      const standing = await headOf(s3, path);
      if (standing !== null && standing.ContentLength === source.bytes) return 'landed';
      try {
        const outcome = await send(s3, path, source, sha256, standing === null ? '*' : null);
        if (outcome === 'differs') return 'differs';
        if (outcome === 'sent') return 'landed';
        if (tries === MAX_TRIES) throw othersBusy(path);
      } catch (error) {
        const { status, code } = s3ErrorFacts(error);
        // Somebody else has landed it, or is about to, or has ended the very upload that this one went on with: look again. A store
        // that refuses a part before it has all of it may cut the connection, so that its answer is never heard.
        const isCut = status === undefined && (code === 'ECONNRESET' || code === 'EPIPE');
        const isOthers = status === 412 || status === 409 || isNoSuchObject(error) || isCut;
        if (!isOthers || tries === MAX_TRIES) throw error;
        // An upload that met another's (409) cannot be completed any more.
        if ((status === 412 || status === 409) && source.bytes > PART_BYTES) await endUploads(s3, path);
      }
    }
  });
}

async function send(
  s3: S3Connection,
  path: string,
  source: BodySource,
  sha256: string,
  condition: '*' | null,
): Promise<'sent' | 'differs' | 'exists'> {
  if (source.bytes > PART_BYTES) return await sendInParts(s3, path, source, sha256, condition);
  const bytes = await source.read(0, source.bytes, () => Buffer.allocUnsafe(source.bytes));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return 'differs';
  if (condition !== null) return (await putOnce(s3, path, bytes)) === 'created' ? 'sent' : 'exists';
  await put(s3, path, bytes);
  return 'sent';
}

function othersBusy(path: string): Failure {
  return new Failure(
    'Transient',
    `others write and remove ${path} at the same moment; the body is kept, and it is tried again`,
  );
}

/** Says that a body on this machine is not what it was when it came. */
export function altered(name: string): Failure {
  return new Failure(
    'Transient',
    `the body of ${name} was altered on this machine's disk between its arrival and its upload; it was dropped and nothing was landed; it is fetched anew`,
  );
}
