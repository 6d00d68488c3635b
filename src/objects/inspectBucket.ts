import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { S3ObjectsConfig } from '../config/storageConfig.js';
import { Failure } from '../domain/failure.js';
import { openS3Connection, type S3Connection } from './s3Connection.js';
import { s3ErrorFacts } from './s3Failure.js';
import { s3Protection } from './s3Protection.js';
import { headOf, openBody } from './s3Reading.js';
import { putOnce } from './s3Writing.js';

/** Beside what is listed, as bodies on their way are. */
const PROOFS = '.check';
/** Few, because somebody waits for the answer. */
const MAX_ATTEMPTS = 2;

/** A bucket under inspection. Each method asks the store; none changes what others read. */
export interface BucketInspection {
  /** Lists the prefix. @returns the store's clock minus ours, in milliseconds; null where it does not tell. */
  reach(): Promise<{ clockAheadMs: number | null }>;
  versioning(): Promise<'Enabled' | 'Suspended' | 'never'>;
  holdable(): Promise<{ readonly holdable: true } | { readonly holdable: false; readonly why: string }>;
  /** Retention that the bucket itself puts on whatever is written: `30 days, GOVERNANCE`; null for none. */
  defaultRetention(): Promise<string | null>;
  /**
   * Writes an object of a few bytes that must not exist, is refused to write it again, reads it and removes it.
   *
   * @returns `left` where it may not be removed: then it stays, outside what is listed.
   * @throws Failure `Blocked` where the store overwrites what must not exist, or gives back other bytes.
   */
  prove(): Promise<'removed' | 'left'>;
  close(): void;
}

/** Opens a bucket for `check`. @throws Failure from each method as the store's own methods do. */
export function inspectBucket(config: S3ObjectsConfig): BucketInspection {
  // What is written for a proof is not kept.
  const s3 = openS3Connection({ ...config, retention: null }, { maxAttempts: MAX_ATTEMPTS });
  return {
    reach: async () => await reach(s3),
    versioning: async () =>
      await s3.speaking('asking for the versioning of the bucket', 'nothing was changed', async () => {
        const { Status } = await s3.client.send(new GetBucketVersioningCommand({ Bucket: s3.bucket }));
        return Status ?? 'never';
      }),
    holdable: async () => await s3Protection(s3, () => undefined).holdable(),
    defaultRetention: async () => await defaultRetention(s3),
    prove: async () => await prove(s3),
    close: () => s3.client.destroy(),
  };
}

async function reach(s3: S3Connection): Promise<{ clockAheadMs: number | null }> {
  return await s3.speaking('listing the objects', 'nothing was changed', async () => {
    const list = new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: s3.keyOf('seals/'), MaxKeys: 1 });
    let told: string | undefined;
    list.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        told = (result.response as { headers?: Record<string, string> }).headers?.['date'];
        return result;
      },
      { step: 'deserialize' },
    );
    await s3.client.send(list);
    const storeMs = Date.parse(told ?? '');
    return { clockAheadMs: Number.isNaN(storeMs) ? null : storeMs - Date.now() };
  });
}

async function defaultRetention(s3: S3Connection): Promise<string | null> {
  return await s3.speaking('asking for the retention of the bucket', 'nothing was changed', async () => {
    try {
      const { ObjectLockConfiguration } = await s3.client.send(
        new GetObjectLockConfigurationCommand({ Bucket: s3.bucket }),
      );
      const { Mode, Days, Years } = ObjectLockConfiguration?.Rule?.DefaultRetention ?? {};
      if (Mode === undefined) return null;
      return `${Days === undefined ? `${Years ?? 0} years` : `${Days} days`}, ${Mode}`;
    } catch (error) {
      const { code, status } = s3ErrorFacts(error);
      // A bucket, or a whole store, without Object Lock.
      if (status === 404 || status === 400 || status === 501 || code === 'MethodNotAllowed') return null;
      throw error;
    }
  });
}

async function prove(s3: S3Connection): Promise<'removed' | 'left'> {
  const path = `${PROOFS}/${randomUUID()}`;
  const bytes = Buffer.from('written by rosterline check, which removes it again\n');
  await s3.speaking(`writing ${path}`, 'nothing else was changed', async () => {
    await putOnce(s3, path, bytes);
    if ((await putOnce(s3, path, bytes)) === 'created')
      throw new Failure(
        'Blocked',
        `the store of ${s3.location} writes over an object that must not exist (it ignores If-None-Match): two workers could write one entry of the chain; use one of the stores in docs/objects.md`,
      );
  });
  const body = await openBody(s3, path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  if (!Buffer.concat(chunks).equals(bytes))
    throw new Failure('Blocked', `the store of ${s3.location} does not give back what was written to ${path}`);
  const VersionId = (await headOf(s3, path))?.VersionId;
  try {
    await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key: s3.keyOf(path), VersionId }));
    return 'removed';
  } catch (error) {
    if (s3ErrorFacts(error).status === 403) return 'left';
    return await s3.speaking(`removing ${path}`, 'it is left there', async () => await Promise.reject(error as Error));
  }
}
