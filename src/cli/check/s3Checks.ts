import { describeLocation } from '../../config/describeLocation.js';
import type { S3ObjectsConfig } from '../../config/storageConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { type BucketInspection, inspectBucket } from '../../objects/inspectBucket.js';

/** S3 refuses requests that are fifteen minutes off; a third of that is told before it is too late. */
const WORST_CLOCK_MS = 15 * 60_000;
const SHOWN_CLOCK_MS = 5 * 60_000;

const NEEDED = {
  objects: 'a bucket that answers, in this region, and keys that may list it',
  clock: 'the store’s clock and ours less than 15 minutes apart',
  versions: 'a bucket that keeps versions, so that nothing written over is gone',
  lock: 'Object Lock, for legal holds and retention',
  write: 'rights to write, read and remove, and a store that never writes over what must not exist',
} as const;

/** The bucket of the objects: answer, clock, versions, Object Lock, and a proof by a tiny object that is removed again. */
export async function checkBucket(list: Checklist, config: S3ObjectsConfig): Promise<void> {
  const bucket = inspectBucket(config);
  try {
    const reached = await list.look('objects', NEEDED.objects, async () => {
      const found = await bucket.reach();
      const keys = config.credentials === null ? 'keys from the AWS SDK’s own chain' : 'keys from the settings';
      return { value: found, message: `${describeLocation(config)} answers, region ${config.region}, ${keys}` };
    });
    if (reached === null) {
      for (const [name, needed] of [
        ['store clock', NEEDED.clock],
        ['object versions', NEEDED.versions],
        ['object lock', NEEDED.lock],
        ['objects: rights', NEEDED.write],
      ] as const)
        list.skip(name, needed, 'the bucket does not answer');
      return;
    }
    await list.look('store clock', NEEDED.clock, () => clock(reached.clockAheadMs));
    await list.look('object versions', NEEDED.versions, async () => versions(await bucket.versioning()));
    await list.look('object lock', NEEDED.lock, async () => lock(await bucket.holdable(), config));
    await list.look('objects: rights', NEEDED.write, async () => await proved(bucket));
  } finally {
    bucket.close();
  }
}

function clock(aheadMs: number | null): Found<true> {
  if (aheadMs === null) return { value: true, message: 'the store does not tell its time' };
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const told = `${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(aheadMs) >= WORST_CLOCK_MS)
    throw new Error(`the store’s clock is ${told}: it will refuse requests; set both by NTP`);
  if (Math.abs(aheadMs) >= SHOWN_CLOCK_MS)
    return { value: true, message: `the store’s clock is ${told}: set both by NTP`, warning: true };
  return { value: true, message: seconds < 2 ? 'as ours' : told };
}

function versions(status: 'Enabled' | 'Suspended' | 'never'): Found<true> {
  if (status === 'Enabled') return { value: true, message: 'kept' };
  return {
    value: true,
    message: `${status === 'never' ? 'not kept' : 'no longer kept'}: what somebody else overwrites or deletes is gone; turn versioning on`,
    warning: true,
  };
}

function lock(
  found: Awaited<ReturnType<BucketInspection['holdable']>>,
  { retention }: Pick<S3ObjectsConfig, 'retention'>,
): Found<true> {
  const kept = retention === null ? '' : `; ${retention.days} days of retention, ${retention.mode}`;
  if (found.holdable) return { value: true, message: `there is${kept}` };
  if (retention !== null)
    throw new Error(`${found.why}; until then nothing can be written with OBJECTS_RETENTION_DAYS set`);
  return { value: true, message: `legal holds are refused here: ${found.why}`, warning: true };
}

async function proved(bucket: BucketInspection): Promise<Found<true>> {
  const retention = await bucket.defaultRetention();
  if (retention !== null)
    return {
      value: true,
      message: `not tried: the bucket itself retains whatever is written (${retention}), and a proof could not be removed`,
      warning: true,
    };
  const end = await bucket.prove();
  return end === 'removed'
    ? { value: true, message: 'a tiny object was written, not written over, read and removed' }
    : {
        value: true,
        message:
          'these keys may write and read, not remove: purge will be refused, and a tiny object stays under .check',
        warning: true,
      };
}
