import { createHash } from 'node:crypto';
import type { Config } from '../config/loadConfig.js';
import type { Logger } from '../telemetry/createLog.js';
import { keepOwnerMark, leaveOwnerMark, ownerMarkIn } from '../objects/ownerMark.js';
import { isSingleOwner } from './openWarehouse.js';

/**
 * The mark by which processes see whether they read and write the same objects; null where none was left yet.
 *
 * A directory has one inside: its path says little, because other machines mount it elsewhere. A bucket's name is the same for all.
 */
export function objectsMark({ objects }: Pick<Config, 'objects'>): string | null {
  if (objects.kind === 'file') return ownerMarkIn(objects.directory);
  const place = createHash('sha256').update(`${objects.bucket}/${objects.prefix}`).digest('hex');
  return `s3-${place.slice(0, 12)}`;
}

/**
 * The mark that a process which loads tells to others; it is left in a directory that has none.
 *
 * The one owner of an embedded warehouse leaves a new one each time, by which a copy of the directory shows; where every worker loads,
 * the first one's stays.
 *
 * @returns null where it could not be left: a disk that is full stops no worker, exports wait for it and say so.
 */
export async function tellObjectsMark(
  config: Pick<Config, 'objects' | 'warehouse'>,
  log: Logger,
): Promise<string | null> {
  const { objects } = config;
  if (objects.kind !== 'file') return objectsMark(config);
  try {
    return await (isSingleOwner(config) ? leaveOwnerMark(objects.directory) : keepOwnerMark(objects.directory));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.warn({}, `other workers cannot see whether they share these objects: ${why}`);
    return null;
  }
}
