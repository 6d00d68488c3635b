import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Something that was written, and its name for people. */
export interface Written {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Looks for secrets in what a run has written: as they are, and as base64 or a URL would have them.
 *
 * @param secrets by name; names alone are told.
 * @returns one line a find.
 */
export function secretsIn(written: Iterable<Written>, secrets: Readonly<Record<string, string>>): string[] {
  const forms = Object.entries(secrets).flatMap(([name, secret]) => {
    // In the middle of a longer text base64 shows other letters: three shifts, without the letters that neighbours have a part in.
    const shifted = [0, 1, 2].map((shift) =>
      Buffer.from('x'.repeat(shift) + secret)
        .toString('base64')
        .slice(shift === 0 ? 0 : 4, -4),
    );
    return [...new Set([secret, encodeURIComponent(secret), ...shifted])].map((form) => ({ name, form }));
  });
  const found: string[] = [];
  for (const { name: place, bytes } of written) {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const { name, form } of forms) if (content.includes(form)) found.push(`${name} in ${place}`);
  }
  return [...new Set(found)];
}

/** Every file under a directory, but those of `except`. */
export function* filesUnder(directory: string, except: readonly string[] = []): Generator<Written> {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (except.includes(path)) continue;
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind?.isDirectory()) yield* filesUnder(path, except);
    else if (kind?.isFile()) yield { name: path, bytes: readFileSync(path) };
  }
}

/** The command line of every process of this machine. */
export function* commandLines(): Generator<Written> {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      yield { name: `the command line of process ${pid}`, bytes: readFileSync(`/proc/${pid}/cmdline`) };
    } catch {
      // It has ended.
    }
}
