import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { childEnvironment } from './childEnvironment.js';
import { findExecutable } from './findExecutable.js';
import { runProgram } from './runProgram.js';

const TIMEOUT_MS = 30 * 60_000;

/**
 * Builds a Go program and puts it at `to`, whole or not at all.
 *
 * @param what Package and version, such as `github.com/temporalio/cli/cmd/temporal@v1.5.1`.
 * @throws Error when Go is not on `PATH`, or with the last lines of its output.
 */
export async function goInstall(what: string, to: string, env: NodeJS.ProcessEnv): Promise<void> {
  const go = findExecutable('go', env);
  if (!go) throw new Error('go is not on PATH');
  const directory = mkdtempSync(join(dirname(to), `.${basename(to)}-build-`));
  try {
    const goEnv = { ...childEnvironment(env, 'installer'), GOBIN: directory };
    await runProgram(go, ['install', what], { env: goEnv, timeoutMs: TIMEOUT_MS, cwd: directory });
    const program = what.replace(/@.*$/, '').split('/').at(-1) ?? '';
    renameSync(join(directory, program), to);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
