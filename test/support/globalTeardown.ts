import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ends the server that test files shared (it keeps nothing) and removes their directory. Imports: see globalSetup.ts. */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export.
export default function globalTeardown(): void {
  const run = process.env['ROSTERLINE_TEST_RUN'];
  if (!run) return;
  const record = join(run, 'server-process.json');
  if (existsSync(record)) kill((JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid);
  rmSync(run, { recursive: true, force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
