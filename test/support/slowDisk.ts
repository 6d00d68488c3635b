import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long each call that changes a directory takes while the disk is slow, in milliseconds. */
const CALL_MS = 500;

/** A disk that a test can make slow for a process, so that it is met in the midst of its work however busy the machine is. */
export interface SlowDisk {
  /** What the process is to be started with. */
  readonly variables: Readonly<Record<string, string>>;
  slow(): void;
  /** As at the start. */
  quick(): void;
}

/** @param directory where the caller may write, and removes it. */
export function slowDisk(directory: string): SlowDisk {
  const [program, isSlow] = [join(directory, 'slowDisk.mjs'), join(directory, 'the disk is slow')];
  writeFileSync(
    program,
    `
import fs, { existsSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
for (const name of ['rm', 'unlink', 'rename', 'link', 'chmod']) {
  const real = fs.promises[name];
  fs.promises[name] = async (...args) => {
    if (existsSync(${JSON.stringify(isSlow)})) await new Promise((resolve) => setTimeout(resolve, ${CALL_MS}));
    return await real(...args);
  };
}
syncBuiltinESMExports();
`,
  );
  return {
    variables: { NODE_OPTIONS: `--import=${program}` },
    slow: () => writeFileSync(isSlow, ''),
    quick: () => rmSync(isSlow, { force: true }),
  };
}
