import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { BodySource } from './bodySource.js';
import type { S3Connection } from './s3Connection.js';
import { isNoSuchObject } from './s3Failure.js';
import { retentionOf } from './s3Writing.js';

const MIB = 1024 * 1024;
/** Larger bodies go up in parts of this; smaller ones in one piece. S3 takes 5 MiB at least. */
export const PART_BYTES = 8 * MIB;
const MAX_PARTS = 10_000;
/** Parts on their way at once: so many buffers are all the memory that a body takes. */
const AT_ONCE = 4;
/** An upload that was begun so long ago is nobody's any more: the longest body takes hours. */
const ABANDONED_MS = 24 * 3_600_000;

/** What the store has of a body that another attempt began to send. */
interface OpenUpload {
  readonly uploadId: string;
  readonly parts: ReadonlyMap<number, CompletedPart & { Size?: number | undefined }>;
}

/**
 * Sends a body in parts, each with its SHA-256, several at once. Goes on with what an earlier attempt, on whichever machine, has sent:
 * parts that the store has with the right checksum are not sent again.
 *
 * The whole is hashed again as it is read. Only a body that has its name's hash is ever completed, so that a disk that altered it
 * meanwhile cannot give a landing a wrong name.
 *
 * @param condition of the object's making; null to replace what stands there.
 * @returns `differs` when the bytes are not those of the hash; the upload is aborted then.
 * @throws errors of the SDK. 412: the object exists; 404: another process has completed or aborted this very upload.
 */
export async function sendInParts(
  s3: S3Connection,
  path: string,
  source: BodySource,
  sha256: string,
  condition: '*' | null,
): Promise<'sent' | 'differs'> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(source.bytes / MAX_PARTS / MIB) * MIB);
  const upload = (await findUpload(s3, path)) ?? (await beginUpload(s3, path));
  const at = { Bucket: s3.bucket, Key: s3.keyOf(path), UploadId: upload.uploadId };
  const whole = createHash('sha256');
  const sent: CompletedPart[] = [];
  const stop = new AbortController();
  const parts = inOrder(source, partBytes, (bytes) => whole.update(bytes));
  const lane = async (): Promise<void> => {
    const room = lazyBuffer(Math.min(partBytes, source.bytes));
    for (let part = await parts(room); part !== null && !stop.signal.aborted; part = await parts(room)) {
      const { number, bytes } = part;
      const hash = createHash('sha256').update(bytes).digest();
      const checksum = hash.toString('base64');
      const before = upload.parts.get(number);
      if (before?.ChecksumSHA256 === checksum && before.Size === bytes.byteLength) {
        sent.push({ PartNumber: number, ETag: before.ETag, ChecksumSHA256: checksum });
        continue;
      }
      const command = new UploadPartCommand({
        ...at,
        PartNumber: number,
        Body: bytes,
        ContentLength: bytes.byteLength,
        ChecksumSHA256: checksum,
      });
      signedAs(command, hash);
      const { ETag } = await s3.client.send(command, { abortSignal: stop.signal });
      sent.push({ PartNumber: number, ETag, ChecksumSHA256: checksum });
    }
  };
  const lanes = Array.from({ length: AT_ONCE }, () =>
    // Only the first reason counts: the other lanes fail because they are stopped.
    lane().catch((error: unknown) => stop.abort(error)),
  );
  // All of them end before the caller closes the file that they read.
  await Promise.all(lanes);
  stop.signal.throwIfAborted();
  if (whole.digest('hex') !== sha256) {
    await abortUpload(s3, path, upload.uploadId);
    return 'differs';
  }
  const Parts = sent.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
  const ifNew = condition === null ? {} : { IfNoneMatch: condition };
  await s3.client.send(new CompleteMultipartUploadCommand({ ...at, ...ifNew, MultipartUpload: { Parts } }));
  return 'sent';
}

/** Ends the uploads of a path that are under way: another attempt's of the same body, which stands by now. */
export async function endUploads(s3: S3Connection, path: string): Promise<void> {
  for (const { uploadId } of await uploadsUnder(s3, path)) await abortUpload(s3, path, uploadId);
}

/**
 * Ends uploads of landings that nobody goes on with: their parts cost room that no listing shows.
 *
 * For a bucket of which this prefix is ours; others' are never touched.
 */
export async function endAbandonedUploads(s3: S3Connection, nowMs: number): Promise<number> {
  const abandoned = (await uploadsUnder(s3, 'landings/')).filter(({ begunMs }) => nowMs - begunMs > ABANDONED_MS);
  for (const { path, uploadId } of abandoned) await abortUpload(s3, path, uploadId);
  return abandoned.length;
}

/** Parts in order, each given to whoever asks next; null at the end. Reading is never at two places at once. */
function inOrder(
  source: BodySource,
  partBytes: number,
  onBytes: (bytes: Uint8Array) => void,
): (room: () => Buffer) => Promise<{ number: number; bytes: Uint8Array } | null> {
  let taken = 0;
  let reading: Promise<unknown> = Promise.resolve();
  const read = async (room: () => Buffer) => {
    const at = taken * partBytes;
    if (at >= source.bytes) return null;
    const bytes = await source.read(at, Math.min(partBytes, source.bytes - at), room);
    onBytes(bytes);
    taken++;
    return { number: taken, bytes };
  };
  return (room) => {
    const next = reading.then(() => read(room));
    reading = next.catch(() => undefined);
    return next;
  };
}

function lazyBuffer(bytes: number): () => Buffer {
  let buffer: Buffer | undefined;
  return () => (buffer ??= Buffer.allocUnsafeSlow(bytes));
}

/** Signs the bytes by the hash that is known already; the SDK would hash them again. */
function signedAs(command: UploadPartCommand, hash: Buffer): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = hash.toString('hex');
      return next(args);
    },
    { step: 'build', name: 'rosterlineSignedAs', priority: 'low' },
  );
}

async function beginUpload(s3: S3Connection, path: string): Promise<OpenUpload> {
  const { UploadId } = await s3.client.send(
    new CreateMultipartUploadCommand({
      Bucket: s3.bucket,
      Key: s3.keyOf(path),
      ChecksumAlgorithm: 'SHA256',
      ...retentionOf(s3, path),
    }),
  );
  if (UploadId === undefined) throw new Error(`the store gave no id to the upload of ${path}`);
  return { uploadId: UploadId, parts: new Map() };
}

async function findUpload(s3: S3Connection, path: string): Promise<OpenUpload | null> {
  const newest = (await uploadsUnder(s3, path)).sort((a, b) => a.begunMs - b.begunMs).at(-1);
  if (newest === undefined) return null;
  const parts = new Map<number, CompletedPart & { Size?: number | undefined }>();
  const at = { Bucket: s3.bucket, Key: s3.keyOf(path), UploadId: newest.uploadId };
  try {
    // Not by the SDK's paginator: it goes by the marker alone, which stores send on the last page too.
    for (let marker: string | undefined, more = true; more; ) {
      const page: ListPartsCommandOutput = await s3.client.send(
        new ListPartsCommand({ ...at, PartNumberMarker: marker }),
      );
      for (const part of page.Parts ?? []) if (part.PartNumber !== undefined) parts.set(part.PartNumber, part);
      more = page.IsTruncated === true && page.NextPartNumberMarker !== marker;
      marker = page.NextPartNumberMarker;
    }
  } catch (error) {
    if (isNoSuchObject(error)) return null;
    throw error;
  }
  return { uploadId: newest.uploadId, parts };
}

async function uploadsUnder(
  s3: S3Connection,
  pathOrFolder: string,
): Promise<{ path: string; uploadId: string; begunMs: number }[]> {
  const found: { path: string; uploadId: string; begunMs: number }[] = [];
  const Prefix = s3.keyOf(pathOrFolder);
  let from: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | null = {};
  while (from !== null) {
    const page: Awaited<ReturnType<typeof listPage>> = await listPage(from);
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      const isAsked = pathOrFolder.endsWith('/') ? Key?.startsWith(Prefix) : Key === Prefix;
      if (!isAsked || Key === undefined || UploadId === undefined) continue;
      found.push({ path: Key.slice(s3.keyOf('').length), uploadId: UploadId, begunMs: Initiated?.getTime() ?? 0 });
    }
    from = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : null;
  }
  return found;

  async function listPage(after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined }) {
    return await s3.client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket, Prefix, ...after }));
  }
}

/** Ends an upload and gives back the room of its parts; one that has ended already is no error. */
export async function abortUpload(s3: S3Connection, path: string, uploadId: string): Promise<void> {
  try {
    await s3.client.send(
      new AbortMultipartUploadCommand({ Bucket: s3.bucket, Key: s3.keyOf(path), UploadId: uploadId }),
    );
  } catch (error) {
    if (!isNoSuchObject(error)) throw error;
  }
}
