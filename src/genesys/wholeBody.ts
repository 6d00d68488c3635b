import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import type { HttpAnswer } from './transport.js';

/** Largest body of an API answer, as sent and decoded: beyond it, memory is at stake. Downloads are streamed and have no cap. */
export const LARGEST_ANSWER_BYTES = 256 * 1024 * 1024;

/**
 * Reads an answer's body into memory, as sent.
 *
 * @throws Failure `TooLarge`; and whatever the connection throws.
 */
export async function wholeBody(answer: HttpAnswer, largestBytes = LARGEST_ANSWER_BYTES): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > largestBytes) throw tooLarge(largestBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The encoding that a `Content-Encoding` names. @throws Failure `Corrupt` for one that we did not ask for. */
export function landingEncoding(header: string | undefined): LandingEncoding {
  const named = header?.trim().toLowerCase() ?? '';
  if (named === '' || named === 'identity') return 'identity';
  if (named === 'gzip' || named === 'x-gzip') return 'gzip';
  throw new Failure('Corrupt', `A body came with content encoding ${named.slice(0, 40)}, which was not asked for.`);
}

/** The text of a body. @throws Failure `Corrupt` when it does not decode, `TooLarge` when it decodes to too much. */
export async function decodedText(
  raw: Uint8Array,
  encoding: LandingEncoding,
  largestBytes = LARGEST_ANSWER_BYTES,
): Promise<string> {
  if (encoding === 'identity') return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
  try {
    return (await promisify(gunzip)(raw, { maxOutputLength: largestBytes })).toString('utf8');
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(largestBytes);
    throw new Failure('Corrupt', `A body of ${raw.byteLength} bytes says that it is gzip and is not.`);
  }
}

function tooLarge(largestBytes: number): Failure {
  return new Failure(
    'TooLarge',
    `An answer is larger than ${largestBytes} bytes. Nothing of it was kept: ask for less.`,
  );
}
