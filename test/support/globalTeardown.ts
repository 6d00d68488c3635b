import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ends the servers that test files shared (they keep nothing) and removes their directories. Imports: see globalSetup.ts. */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export.
export default async function globalTeardown(): Promise<void> {
  const run = process.env['ROSTERLINE_TEST_RUN'];
  if (!run) return;
  const record = join(run, 'server-process.json');
  if (existsSync(record)) kill((JSON.parse(readFileSync(record, 'utf8')) as { pid: number }).pid, 'SIGKILL');
  await endPostgres(join(run, 'postgres-process.json'));
  rmSync(run, { recursive: true, force: true });
}

/** It ends its own processes and gives back its shared memory when asked to; killed, it would do neither. */
async function endPostgres(record: string): Promise<void> {
  if (!existsSync(record)) return;
  const { pid, directory } = JSON.parse(readFileSync(record, 'utf8')) as { pid: number; directory: string };
  kill(pid, 'SIGQUIT');
  for (let waited = 0; waited < 10_000 && existsSync(join(directory, 'data', 'postmaster.pid')); waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
  rmSync(directory, { recursive: true, force: true });
}

function kill(pid: number, signal: 'SIGKILL' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
