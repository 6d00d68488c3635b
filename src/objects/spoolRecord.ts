import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isMissing } from './storageFailure.js';

/** What a spool remembers while a body arrives: what the server said, and the file that holds what came. */
export const ReceivingRecord = z.object({
  v: z.literal(1),
  body: z.string().regex(/^\.body-[0-9a-f]{16}$/),
  totalBytes: z.number().int().nonnegative().nullable(),
  etag: z.string().nullable(),
  encoding: z.enum(['identity', 'gzip']),
});
export type ReceivingRecord = z.infer<typeof ReceivingRecord>;

/** What a spool remembers from the moment its body is whole; written before the body moves to its final name. */
export const LandedRecord = z.object({
  v: z.literal(1),
  body: z.string().regex(/^\.body-[0-9a-f]{16}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  encoding: z.enum(['identity', 'gzip']),
});
export type LandedRecord = z.infer<typeof LandedRecord>;

/**
 * Reads a record, or null where there is none.
 *
 * One that does not parse counts as none: records are replaced whole, so only a power cut or a stranger can damage one, and the
 * consequence is that a body is received anew.
 */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Replaces a record whole, so that a killed process leaves the old one or the new one.
 *
 * Not synced to the disk: a power cut may lose a record, and then one body is received anew. It never makes a landing wrong.
 *
 * @param scratch directory on the same file system for the unfinished file.
 */
export async function writeRecord(
  scratch: string,
  path: string,
  record: ReceivingRecord | LandedRecord,
): Promise<void> {
  const unfinished = join(scratch, `${process.pid}-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(unfinished, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
    await rename(unfinished, path);
  } catch (error) {
    // Why it could not be written is told; a later opening sweeps what is left.
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}
