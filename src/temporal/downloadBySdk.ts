import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from './childEnvironment.js';

export interface SdkDownload {
  readonly kind: 'dev-server' | 'time-skipping';
  /** Where the program shall lie in the end. Its directory must exist. */
  readonly to: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds without an answer, or without a further byte, after which the download is given up. */
  readonly silenceMs?: number;
}

// The SDK downloads a server only in order to start it, has no time limit, and cannot be told to stop. So it does that in
// a process of its own, which is killed when it is silent for too long, or as soon as the file is whole.
const START_A_SERVER = `
const [sdk, kind, downloadDir] = process.argv.slice(1);
const { TestWorkflowEnvironment } = require(sdk);
const options = { server: { executable: { type: 'cached-download', downloadDir } } };
const start = kind === 'dev-server' ? 'createLocal' : 'createTimeSkipping';
TestWorkflowEnvironment[start](options).then((env) => env.teardown()).then(
  () => process.exit(0),
  (error) => { process.stderr.write(String(error.message ?? error)); process.exit(1); });
`;

/**
 * Lets Temporal's SDK download the server that fits it, and puts the program at `to`.
 *
 * @throws Error when nothing answers for 10 s, the download stands still as long, or the SDK refuses.
 */
export async function downloadBySdk(request: SdkDownload): Promise<void> {
  const directory = mkdtempSync(join(dirname(request.to), `.${basename(request.to)}-download-`));
  const sdk = createRequire(import.meta.url).resolve('@temporalio/testing');
  const child = spawn(process.execPath, ['-e', START_A_SERVER, sdk, request.kind, directory], {
    cwd: directory,
    env: childEnvironment(request.env, 'installer'),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: the server it starts is to go with it.
    detached: true,
  });
  try {
    const file = await wholeFile(child, directory, request.silenceMs ?? 10_000);
    chmodSync(file, 0o755);
    renameSync(file, request.to);
  } finally {
    await endGroup(child);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function wholeFile(child: ChildProcess, directory: string, silenceMs: number): Promise<string> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('close', (code) => (ended ??= said.trim() || `the SDK's process ended with ${code ?? 'a signal'}`));

  let seen = 'nothing';
  let heardMs = Date.now();
  for (;;) {
    const [name] = readdirSync(directory);
    if (name && !name.endsWith('.downloading')) return join(directory, name);
    if (ended !== undefined) throw new Error(ended);
    const now = name ? `${name} ${sizeOf(join(directory, name))}` : 'nothing';
    if (now !== seen) heardMs = Date.now();
    seen = now;
    if (Date.now() - heardMs > silenceMs) throw new Error(`no answer for ${silenceMs / 1_000} s`);
    await sleep(100);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Returns once the process is gone: one that still writes would keep its directory from being removed. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  const gone = hasEnded ? null : once(child, 'exit');
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
  await gone;
}
