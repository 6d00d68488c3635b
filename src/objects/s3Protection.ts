import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  PutObjectLegalHoldCommand,
} from '@aws-sdk/client-s3';
import { Failure } from '../domain/failure.js';
import { objectPathSegments } from './objectPath.js';
import type { ObjectProtection, Protection } from './objectProtection.js';
import type { S3Connection } from './s3Connection.js';
import { isNoSuchObject, s3ErrorFacts } from './s3Failure.js';
import { headOf } from './s3Reading.js';

const UNCHANGED = 'nothing was changed';

/**
 * Object Lock of a bucket: holds and retention of single versions.
 *
 * The newest version is what `protection` and `hold` speak of. Where somebody has put a delete marker over an object, its versions stay as
 * held as they were, but there is no newest one: both say null, as reads do, until the marker is removed (docs/objects.md).
 *
 * @param assertWritable throws where the store was opened for reading only.
 */
export function s3Protection(s3: S3Connection, assertWritable: () => void): ObjectProtection {
  return {
    async holdable() {
      const why = await s3.speaking('asking for the Object Lock of the bucket', UNCHANGED, () => whyNotHoldable(s3));
      return why === null ? { holdable: true } : { holdable: false, why };
    },

    async protection(path) {
      objectPathSegments(path);
      const head = await headOf(s3, path);
      return head === null ? null : await protectionOf(s3, path, head.VersionId);
    },

    async hold(path) {
      objectPathSegments(path);
      assertWritable();
      const head = await headOf(s3, path);
      if (head === null) return null;
      return await s3.speaking(`holding ${path}`, UNCHANGED, async () => {
        const why = head.VersionId === undefined ? await whyNotHoldable(s3) : null;
        if (why !== null) throw new Failure('Blocked', `${path} cannot be held: ${why}; ${UNCHANGED}`);
        await setHold(s3, path, head.VersionId, 'ON');
        return { versionId: head.VersionId ?? null };
      });
    },

    async releaseHold(path, versionId) {
      objectPathSegments(path);
      assertWritable();
      await s3.speaking(`releasing ${path}`, 'it is held as before', async () => {
        const version = versionId ?? (await headOf(s3, path))?.VersionId;
        try {
          if (version !== undefined) await setHold(s3, path, version, 'OFF');
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      });
    },

    async remove(path, versionId) {
      objectPathSegments(path);
      assertWritable();
      const head = await headOf(s3, path, versionId ?? undefined).catch((error: unknown) => {
        if (error instanceof Failure && error.facts.status === 400) return null;
        throw error;
      });
      if (head === null) return 'missing';
      return await s3.speaking(`removing ${path}`, 'it is kept', async () => {
        // By its version: without it, a bucket with versions would only hide the object.
        const at = { Bucket: s3.bucket, Key: s3.keyOf(path), VersionId: versionId ?? head.VersionId };
        const { held, retainedUntil } = await protectionOf(s3, path, at.VersionId);
        if (held) return 'held';
        if (retainedUntil !== null) return 'retained';
        try {
          await s3.client.send(new DeleteObjectCommand(at));
          return 'removed';
        } catch (error) {
          // Held, or kept for longer, between the question and the removal: the store has the last word.
          const now = s3ErrorFacts(error).status === 403 ? await protectionOf(s3, path, at.VersionId) : null;
          if (now?.held) return 'held';
          if (now?.retainedUntil != null) return 'retained';
          throw error;
        }
      });
    },
  };
}

/** Asks for hold and retention by themselves: S3 leaves them out of an object's headers for who may not see them. */
async function protectionOf(s3: S3Connection, path: string, versionId: string | undefined): Promise<Protection> {
  const at = { Bucket: s3.bucket, Key: s3.keyOf(path), VersionId: versionId };
  return await s3.speaking(`asking for the protection of ${path}`, UNCHANGED, async () => {
    const [hold, retention] = await Promise.all([
      orNone(s3.client.send(new GetObjectLegalHoldCommand(at))),
      orNone(s3.client.send(new GetObjectRetentionCommand(at))),
    ]);
    const until = retention?.Retention?.RetainUntilDate;
    return {
      versionId: versionId ?? null,
      held: hold?.LegalHold?.Status === 'ON',
      retainedUntil: until !== undefined && until.getTime() > Date.now() ? until.toISOString() : null,
    };
  });
}

/** Null where nothing was ever set, or the bucket has no Object Lock. */
async function orNone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    const { code } = s3ErrorFacts(error);
    if (code === 'NoSuchObjectLockConfiguration' || isLockless(error)) return null;
    throw error;
  }
}

async function setHold(
  s3: S3Connection,
  path: string,
  versionId: string | undefined,
  Status: 'ON' | 'OFF',
): Promise<void> {
  const at = { Bucket: s3.bucket, Key: s3.keyOf(path), VersionId: versionId };
  await s3.client.send(new PutObjectLegalHoldCommand({ ...at, LegalHold: { Status } }));
}

/** Null where the bucket can hold; else why it cannot, for the operator. */
async function whyNotHoldable(s3: S3Connection): Promise<string | null> {
  const make = 'make a bucket with Object Lock and copy the objects there (docs/objects.md)';
  try {
    const { ObjectLockConfiguration } = await s3.client.send(
      new GetObjectLockConfigurationCommand({ Bucket: s3.bucket }),
    );
    if (ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') return `${s3.location} has no Object Lock: ${make}`;
  } catch (error) {
    const { code } = s3ErrorFacts(error);
    if (code === 'NotImplemented' || code === 'MethodNotAllowed')
      return `the store of ${s3.location} knows no Object Lock`;
    if (code === 'ObjectLockConfigurationNotFoundError' || isLockless(error))
      return `${s3.location} has no Object Lock: ${make}`;
    throw error;
  }
  const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: s3.bucket }));
  return Status === 'Enabled' ? null : `${s3.location} keeps no versions of its objects: turn versioning on`;
}

/** Whether the store says that the bucket has no Object Lock at all. */
function isLockless(error: unknown): boolean {
  const { code, status } = s3ErrorFacts(error);
  return status === 400 && (code === 'InvalidRequest' || code === 'InvalidBucketObjectLockConfiguration');
}

function isGone(error: unknown): boolean {
  return isNoSuchObject(error) || isLockless(error);
}
