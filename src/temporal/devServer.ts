import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { Failure } from '../domain/failure.js';
import { childEnvironment } from './childEnvironment.js';
import { processBirth } from './processIdentity.js';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessId {
  readonly pid: number;
  /** See `processBirth`. */
  readonly birth: string;
}

/** What a dev server listens on and where it keeps its data. */
export interface DevServerSettings {
  readonly ip: string;
  readonly port: number;
  readonly uiPort: number;
  /** SQLite file; without one the server forgets everything when it ends. */
  readonly database?: string;
}

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const KILL_AFTER_MS = 10_000;
const ENDED_EARLY = 'ended before it was ready';

// Rates of a task queue are exact only on one partition, and only the new matcher spaces tasks evenly. The command line has
// no way to limit a dynamic configuration value to some queues, so these hold for every queue of this server.
const DYNAMIC_CONFIGURATION = [
  'matching.useNewMatcher=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  // Workers ask the budget's keeper while it takes in what others tell. By default one question may wait for that, and a second is refused.
  'history.MaxBufferedQueryCount=1000',
];

// Halves what a workflow costs the server. What it has acknowledged outlives the death of the process; a power cut can take the last
// transactions, and what they recorded is then done again.
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=normal'];

/** The arguments that make a Temporal CLI a dev server with a UI and these settings. */
export function devServerArguments({ ip, port, uiPort, database }: DevServerSettings): string[] {
  return [
    ...['server', 'start-dev', '--headless=false', '--log-level', 'warn'],
    ...['--ip', ip, '--port', String(port), '--ui-port', String(uiPort)],
    ...(database === undefined
      ? []
      : ['--db-filename', database, ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma])]),
    ...DYNAMIC_CONFIGURATION.flatMap((value) => ['--dynamic-config-value', value]),
  ];
}

/**
 * Starts a dev server that outlives this process unless it is stopped (`stopProcess`).
 *
 * It is in a process group of its own, so that Ctrl-C lets workers finish before their server goes. Its files are 0600 and
 * it sees nothing of our environment but what any program needs. Its output is appended to `logFile`; one over 10 MB is
 * first moved to `<logFile>.1`.
 */
export async function spawnDevServer(cliPath: string, args: readonly string[], logFile: string): Promise<ProcessId> {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  chmodSync(logFile, 0o600);
  try {
    const child = spawnPrivately(cliPath, args, log);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    const pid = child.pid ?? 0;
    return { pid, birth: processBirth(pid) ?? 'ended at once' };
  } finally {
    closeSync(log);
  }
}

function spawnPrivately(cliPath: string, args: readonly string[], log: number): ChildProcess {
  const env = childEnvironment(process.env, 'server');
  const ours = process.umask(0o077);
  try {
    const child = spawn(cliPath, args, { stdio: ['ignore', log, log], detached: true, env });
    child.unref();
    return child;
  } finally {
    process.umask(ours);
  }
}

/**
 * Waits until a workflow can be started at this address.
 *
 * @throws Failure `Blocked` with the last lines of its log, when the server ends or is not ready in time.
 */
export async function untilServing(
  server: ProcessId,
  address: string,
  logFile: string,
  timeoutMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  let last = 'nothing tried';
  while (Date.now() < deadlineMs) {
    if (!isRunning(server)) throw notReady(ENDED_EARLY, address, logFile);
    try {
      await askForNamespace(address);
      if (isRunning(server)) return;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(50);
  }
  throw notReady(`was not ready within ${timeoutMs / 1_000} s (last answer: ${last})`, address, logFile);
}

/** Whether this is what `untilServing` throws for a server that ended by itself. */
export function endedEarly(error: unknown): boolean {
  return String(error).includes(ENDED_EARLY);
}

/** Whether this very process still runs. */
export function isRunning({ pid, birth }: ProcessId): boolean {
  return processBirth(pid) === birth;
}

/** Asks a process to end and waits until it has; kills it after 10 s, unless told. Returns at once when it does not run. */
export async function stopProcess(id: ProcessId, killAfterMs = KILL_AFTER_MS): Promise<void> {
  signal(id, 'SIGTERM');
  const deadlineMs = Date.now() + killAfterMs;
  while (isRunning(id)) {
    if (Date.now() > deadlineMs) signal(id, 'SIGKILL');
    await sleep(20);
  }
}

function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  try {
    process.kill(id.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function askForNamespace(address: string): Promise<void> {
  // `Connection.connect` would leave its channel open when it fails.
  const connection = Connection.lazy({ address, connectTimeout: 1_000 });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
    });
  } finally {
    await connection.close();
  }
}

function notReady(what: string, address: string, logFile: string): Failure {
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-10).join('\n') : '(empty)';
  const message = `The Temporal server at ${address} ${what}. Its data was kept. The last lines of ${logFile}:\n${log}`;
  return new Failure('Blocked', message);
}
