import { type FileHandle, open } from 'node:fs/promises';
import { Failure, isFailure } from '../domain/failure.js';
import { ByteBuffer } from './byteBuffer.js';
import { decodedLanding, type LandingBytes } from './decodedLanding.js';
import { Slicer } from './slicer.js';

const FLUSH_BYTES = 512 * 1024;

/** What to cut, and where the lines go. */
export interface SliceLandingInput<Envelope> extends LandingBytes {
  /** Name of the array whose elements become lines. */
  readonly sliceArray: string;
  /** Decodes one object around an array. Throws what the caller of `sliceLanding` shall see. */
  readonly readEnvelope: (envelope: string) => Envelope;
  /** File to write, mode 0600; replaced when it exists. */
  readonly ndjsonPath: string;
  /** Called now and then with the decoded bytes read so far. */
  readonly onBytes?: ((decodedBytes: number) => void) | undefined;
}

/** A landing cut into lines; structurally the warehouse's `SlicedLanding` when the envelope is an `EnvelopeFacts`. */
export interface SliceLandingResult<Envelope> {
  readonly sha256: string;
  readonly ndjsonPath: string;
  readonly longestLineBytes: number;
  readonly items: readonly ({ readonly item: number; readonly envelope: string } & Envelope)[];
  /** Elements written, all items together. */
  readonly elements: number;
  readonly decodedBytes: number;
}

/**
 * Cuts a landing into NDJSON lines `{"landing","item","position","doc"}`, `doc` being the element's bytes as received.
 *
 * Streams: memory is one element, one envelope and a megabyte of lines.
 *
 * @throws Failure `Corrupt` when the bytes are not the landing's, not gzip where they should be, not JSON, or hold no such array.
 * @throws Failure `Blocked` when the disk is full.
 */
export async function sliceLanding<Envelope extends object>(
  input: SliceLandingInput<Envelope>,
): Promise<SliceLandingResult<Envelope>> {
  let lines = new ByteBuffer(FLUSH_BYTES * 2);
  /** Lines that are being written while the next ones are cut. */
  let writing = new ByteBuffer(FLUSH_BYTES * 2);
  let written = Promise.resolve();
  const envelopes: string[] = [];
  let elements = 0;
  let longestLineBytes = 0;
  const slicer = new Slicer(input.sliceArray, {
    element: (bytes, item, position) => {
      elements++;
      const lineStart = lines.length;
      lines.appendLatin1(`{"landing":"${input.sha256}","item":${item},"position":${position},"doc":`);
      const start = lines.length;
      lines.append(bytes);
      blankLineBreaks(lines.view(start));
      lines.appendLatin1('}\n');
      longestLineBytes = Math.max(longestLineBytes, lines.length - lineStart);
    },
    envelope: (text, item) => (envelopes[item] = text),
  });

  let decodedBytes = 0;
  const file = await openScratch(input.ndjsonPath);
  try {
    for await (const chunk of decodedLanding(input)) {
      input.signal?.throwIfAborted();
      slicer.push(chunk);
      decodedBytes += chunk.length;
      if (lines.length < FLUSH_BYTES) continue;
      await written;
      [lines, writing] = [writing, lines];
      written = write(file, writing);
      // Awaited at the next turn: a failure meanwhile must not count as unhandled.
      written.catch(() => undefined);
      input.onBytes?.(decodedBytes);
    }
    slicer.end();
    await written;
    await write(file, lines);
  } catch (error) {
    throw isFailure(error, 'Corrupt')
      ? new Failure('Corrupt', `landing ${input.sha256}: ${error.message}`, error.facts, { cause: error })
      : error;
  } finally {
    await written.catch(() => undefined);
    await file.close();
  }
  if (slicer.items === 0) {
    throw new Failure('Corrupt', `landing ${input.sha256}: no array "${input.sliceArray}" in the document`);
  }
  const items = envelopes.map((envelope, item) => ({ item, envelope, ...input.readEnvelope(envelope) }));
  return { sha256: input.sha256, ndjsonPath: input.ndjsonPath, longestLineBytes, items, elements, decodedBytes };
}

/** Line breaks are blanks in JSON (inside a text they are escaped), but would end an NDJSON line. */
function blankLineBreaks(bytes: Buffer): void {
  for (const lineBreak of [0x0a, 0x0d]) {
    for (let at = bytes.indexOf(lineBreak); at !== -1; at = bytes.indexOf(lineBreak, at + 1)) bytes[at] = 0x20;
  }
}

async function openScratch(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w', 0o600);
  } catch (error) {
    throw blockedDisk(path, error);
  }
}

async function write(file: FileHandle, lines: ByteBuffer): Promise<void> {
  const bytes = lines.view();
  try {
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
  } catch (error) {
    throw blockedDisk('scratch file', error);
  }
  lines.truncate(0);
}

function blockedDisk(path: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return new Failure(
    'Blocked',
    `cannot write ${path}: ${reason}. What has landed is kept; free some space or mend the directory, and the load starts again by itself`,
    {},
    { cause: error },
  );
}
