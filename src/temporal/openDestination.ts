import path from 'node:path';
import { type Config, loadConfig } from '../config/loadConfig.js';
import { Failure, isFailure } from '../domain/failure.js';
import { openFileDestination } from '../publish/fileDestination.js';
import type { PublishDestination } from '../publish/publishDestination.js';
import { openS3Destination } from '../publish/s3Destination.js';
import { tryLock } from './processLock.js';

/**
 * Opens a place to publish to: a directory, or `s3://bucket/prefix?endpoint=…&region=…` with the keys that objects in a bucket have.
 *
 * @throws Failure `InvalidInput` when the place is written wrongly or has the files of others; `Blocked` when it cannot be used now.
 */
export async function openDestination(config: Config, to: string): Promise<PublishDestination> {
  if (!to.startsWith('s3:')) return await openFileDestination(path.resolve(to), tryLock);
  const objects = placeOf(to);
  if (objects.kind !== 's3') throw new Failure('InvalidInput', `--to: ${to} is no bucket`);
  const scratchDirectory = path.join(config.dataDirectory, 'publish');
  return await openS3Destination(objects, { scratchDirectory, takeLock: tryLock });
}

/** A bucket is written, and its keys are found, as OBJECTS_URL's; Object Lock is that one's alone. */
function placeOf(to: string): Config['objects'] {
  const env = { ...process.env, OBJECTS_URL: to, OBJECTS_RETENTION_DAYS: undefined, OBJECTS_RETENTION_MODE: undefined };
  try {
    return { ...loadConfig(env, process.cwd()).objects };
  } catch (error) {
    if (!isFailure(error, 'InvalidInput')) throw error;
    throw new Failure('InvalidInput', error.message.replace(/configuration: objects\.url \(OBJECTS_URL\)/, '--to'));
  }
}
