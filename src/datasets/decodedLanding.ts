import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';

const GUNZIP_CHUNK_BYTES = 128 * 1024;

/** A landing to be read. */
export interface LandingBytes {
  /** The landing's bytes as stored. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly encoding: LandingEncoding;
  /** Name of the landing; its bytes are hashed on the way and must have it. */
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A landing's content as it streams by, decoded.
 *
 * @throws Failure `Corrupt`, at the end, when the bytes are not the landing's, or not gzip where they should be.
 */
export async function* decodedLanding(input: LandingBytes): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const hashed = (async function* () {
    for await (const chunk of input.body) {
      hash.update(chunk);
      yield chunk;
    }
  })();
  if (input.encoding === 'gzip') yield* gunzipped(hashed, input.signal);
  else yield* hashed;
  const found = hash.digest('hex');
  if (found !== input.sha256) throw new Failure('Corrupt', `its bytes have the SHA-256 ${found}: they were altered`);
}

async function* gunzipped(body: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const source = Readable.from(body, { objectMode: false });
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  source.once('error', (error) => gunzip.destroy(error));
  const stop = () => gunzip.destroy(new DOMException('aborted', 'AbortError'));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!code.startsWith('Z_')) throw error;
    throw new Failure('Corrupt', `its bytes are not whole gzip (${(error as Error).message})`, {}, { cause: error });
  } finally {
    signal?.removeEventListener('abort', stop);
    source.destroy();
    gunzip.destroy();
  }
}
