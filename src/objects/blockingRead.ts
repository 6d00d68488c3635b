import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 1024 * 1024;
/** After so much of one file, others get a turn: progress, an interrupt. */
const TURN_BYTES = 64 * 1024 * 1024;

/**
 * A file's bytes, no more than so many, without leaving the thread.
 *
 * A tenth of what reading through the pool of threads takes, for files of some kilobytes; for commands that do nothing but read, never
 * for a worker, whose heartbeats a slow disk would hold back.
 */
export function readBlocking(file: string, firstBytes: number): Uint8Array {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.allocUnsafeSlow(Math.min(lengthOf(handle), firstBytes));
    let at = 0;
    for (let read = 1; read > 0 && at < bytes.byteLength; at += read)
      read = readSync(handle, bytes, at, bytes.byteLength - at, null);
    return bytes.subarray(0, at);
  } finally {
    closeSync(handle);
  }
}

/** SHA-256 and length of a file, read by the thread itself: see `readBlocking`. */
export async function digestBlocking(file: string): Promise<{ sha256: string; bytes: number }> {
  const handle = openSync(file, 'r');
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(lengthOf(handle) + 1, READ_BYTES));
    let bytes = 0;
    for (let turn = hashTurn(handle, hash, buffer); ; turn = hashTurn(handle, hash, buffer)) {
      bytes += turn;
      if (turn < TURN_BYTES) return { sha256: hash.digest('hex'), bytes };
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    closeSync(handle);
  }
}

function hashTurn(handle: number, hash: Hash, buffer: Buffer): number {
  let bytes = 0;
  while (bytes < TURN_BYTES) {
    const read = readSync(handle, buffer);
    if (read === 0) break;
    hash.update(read === buffer.byteLength ? buffer : buffer.subarray(0, read));
    bytes += read;
  }
  return bytes;
}

/** @throws Error `EISDIR` for a directory, which is no object. */
function lengthOf(handle: number): number {
  const found = fstatSync(handle);
  if (found.isFile()) return found.size;
  throw Object.assign(new Error('this is no file'), { code: 'EISDIR' });
}
