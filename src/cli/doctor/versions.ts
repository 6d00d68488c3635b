import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const PackageFile = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });

/** What runs here: Rosterline and what it is built on, Node, the machine's kind and size. */
export function versions() {
  const { version, dependencies } = PackageFile.parse(JSON.parse(readFileSync(packageFile(), 'utf8')));
  return {
    rosterline: version,
    node: process.version,
    timeZoneDatabase: process.versions['tz'] ?? 'unknown',
    system: `${os.platform()} ${os.release()} ${os.arch()}`,
    processors: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    dependencies,
  };
}

/** Compiled, this file lies deeper than its source. */
function packageFile(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (existsSync(file) || folder === path.dirname(folder)) return file;
  }
}
