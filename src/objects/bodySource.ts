import { type FileHandle, open } from 'node:fs/promises';

/** A whole body that is read in parts. */
export interface BodySource {
  readonly bytes: number;
  /** Bytes from `at` on, `length` of them: in `into`, or elsewhere where they are in memory anyway. */
  read(at: number, length: number, into: () => Buffer): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A body in memory. */
export function memorySource(bytes: Uint8Array): BodySource {
  return {
    bytes: bytes.byteLength,
    read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
    close: () => Promise.resolve(),
  };
}

/** A body in a file. What is read is shorter than asked for where the file has become shorter. */
export async function fileSource(path: string): Promise<BodySource> {
  const file: FileHandle = await open(path, 'r');
  return {
    bytes: (await file.stat()).size,
    async read(at, length, into) {
      const buffer = into();
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    close: () => file.close(),
  };
}
