import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const CHUNK_BYTES = 64 * 1024;
const TICK_MS = 10;

/**
 * Writes a body no faster than a rate, and ends the response, or cuts its connection once the body has left.
 *
 * Stops at once when the connection closes. At a rate, chunks are small, so that little lies in the network's buffers.
 *
 * @param bytesPerSecond null sends as fast as the connection takes it.
 * @param sent told of every number of bytes that the operating system took.
 */
export async function pacedSend(
  response: ServerResponse,
  body: Buffer,
  { bytesPerSecond, cut }: { readonly bytesPerSecond: number | null; readonly cut: boolean },
  sent: (bytes: number) => void,
): Promise<void> {
  const startedAt = performance.now();
  const chunkBytes = Math.max(1, Math.floor(Math.min(CHUNK_BYTES, (bytesPerSecond ?? Infinity) / 50)));
  let left: Promise<unknown> = Promise.resolve();
  response.flushHeaders();
  for (let at = 0; at < body.length && !isGone(response); ) {
    if (bytesPerSecond !== null) {
      const earlyMs = (at / bytesPerSecond) * 1000 - (performance.now() - startedAt);
      if (earlyMs > 0) await pause(Math.max(TICK_MS, earlyMs));
      if (isGone(response)) return;
    }
    const chunk = body.subarray(at, at + chunkBytes);
    at += chunk.length;
    const gone = new EventEmitter();
    if (cut) left = once(gone, 'gone');
    const room = response.write(chunk, (error) => {
      if (!error) sent(chunk.length);
      gone.emit('gone');
    });
    if (!room) await roomOrGone(response);
  }
  if (!cut) return void response.end();
  await left;
  response.destroy();
}

async function roomOrGone(response: ServerResponse): Promise<void> {
  if (isGone(response)) return;
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).catch(() => undefined);
  settled.abort();
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed;
}
