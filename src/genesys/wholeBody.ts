import { promisify } from 'node:util';
import { constants, gunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import type { HttpAnswer } from './transport.js';

/** Largest body of an API answer, as sent and decoded: beyond it, memory is at stake. Downloads are streamed and have no cap. */
export const LARGEST_ANSWER_BYTES = 256 * 1024 * 1024;

/** Of a body, to see what it is: blanks, and the first tag of a web page. */
const START_BYTES = 1024;

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
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(largestBytes);
    throw new Failure('Corrupt', `A body of ${raw.byteLength} bytes says that it is gzip and is not.`);
  }
}

/** What is read of a body, or nothing where a status alone says what to do: a refusal stays one, though its body breaks off. */
export async function readUnlessRefused<T>(status: number, nothing: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (status !== 429 && status < 500) throw error;
    return nothing;
  }
}

/**
 * The first characters of a body's text, enough to tell a web page from an answer: a body that is only landed is decoded by its load.
 *
 * What does not decode is told there, so here it is an empty text.
 */
export async function decodedStart(raw: Uint8Array, encoding: LandingEncoding): Promise<string> {
  const start = raw.subarray(0, START_BYTES);
  if (encoding === 'identity') return Buffer.from(start).toString('utf8');
  try {
    return (await promisify(gunzip)(start, { finishFlush: constants.Z_SYNC_FLUSH })).toString('utf8', 0, START_BYTES);
  } catch {
    return '';
  }
}

function tooLarge(largestBytes: number): Failure {
  return new Failure(
    'TooLarge',
    `An answer is larger than ${largestBytes} bytes. Nothing of it was kept: ask for less.`,
  );
}
