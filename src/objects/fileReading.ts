import { createHash } from 'node:crypto';
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestBlocking, readBlocking } from './blockingRead.js';
import type { ProtectedDirectory } from './fileProtection.js';
import { objectPathSegments, withoutTrailingSlash } from './objectPath.js';
import type { ObjectStore } from './objectStore.js';

const READ_CHUNK_BYTES = 256 * 1024;
const LISTED_AT_ONCE = 1024;

/**
 * How objects of a directory are read and listed.
 *
 * Small files of a directory that is opened for reading only are read without leaving the thread: whoever verifies one does nothing
 * else meanwhile.
 */
export function fileReading(directory: ProtectedDirectory): Pick<ObjectStore, 'read' | 'digest' | 'list'> {
  const fileOf = (path: string): string => join(directory.location, ...objectPathSegments(path));

  return {
    async read(path, options = {}) {
      const file = fileOf(path);
      const firstBytes = options.firstBytes ?? Number.POSITIVE_INFINITY;
      return await directory.reading(path, async () =>
        directory.readOnly ? readBlocking(file, firstBytes) : await readFirst(file, firstBytes),
      );
    },

    async digest(path) {
      if (directory.readOnly) {
        const file = fileOf(path);
        return await directory.reading(path, () => digestBlocking(file));
      }
      const stream = await readStream(directory, path);
      if (stream === null) return null;
      return await directory.storing(`reading ${path}`, 'nothing was changed', async () => {
        const hash = createHash('sha256');
        let bytes = 0;
        for await (const chunk of stream as AsyncIterable<Buffer>) {
          hash.update(chunk);
          bytes += chunk.byteLength;
        }
        return { sha256: hash.digest('hex'), bytes };
      });
    },

    async list(prefix, options = {}) {
      const after = options.after ?? '';
      const trimmed = withoutTrailingSlash(prefix);
      const top = trimmed === '' ? [] : objectPathSegments(trimmed);
      const found: string[] = [];
      const folders: string[][] = [top];
      for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        const path = join(directory.location, ...folder);
        // One by one: of a folder with a million entries, those after the last known one are a few.
        for await (const entry of (await directory.reading(path, () =>
          opendir(path, { bufferSize: LISTED_AT_ONCE }),
        )) ?? []) {
          if (!isObjectName(entry.name)) continue;
          if (entry.isDirectory()) folders.push([...folder, entry.name]);
          else if (entry.isFile()) {
            const object = [...folder, entry.name].join('/');
            if (object > after) found.push(object);
          }
        }
      }
      return found.sort();
    },
  };
}

/** An object's bytes as they come, or null where there is no such object. @throws Failure `Blocked` when the directory is gone. */
export async function readStream(directory: ProtectedDirectory, path: string): Promise<Readable | null> {
  const file = join(directory.location, ...objectPathSegments(path));
  const handle = await directory.reading(path, async () => {
    if (!(await stat(file)).isFile()) return null;
    return await open(file, 'r');
  });
  return handle?.createReadStream({ highWaterMark: READ_CHUNK_BYTES }) ?? null;
}

/** A file's bytes, no more than so many. */
async function readFirst(file: string, firstBytes: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size <= firstBytes) return await handle.readFile();
    const bytes = Buffer.alloc(firstBytes);
    const { bytesRead } = await handle.read(bytes, 0, firstBytes, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isObjectName(name: string): boolean {
  try {
    return objectPathSegments(name).length === 1;
  } catch {
    return false;
  }
}
