import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../temporal/childEnvironment.js';
import { STOP_WITH_PARENT } from '../untilSignal.js';

/** Compiled, this file lies a directory deeper than its source. */
const BUILT = import.meta.url.includes('/dist/src/');
const BIN = fileURLToPath(new URL(BUILT ? '../../../../bin/rosterline' : '../../../bin/rosterline', import.meta.url));

/** A `rosterline` command that runs as a process of its own. */
export interface ChildCommand {
  readonly pid: number;
  /** What it printed when it was ready. */
  readonly ready: Record<string, unknown>;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** As a power cut would: nothing is said, nothing is tidied. */
  kill(): Promise<void>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts a command with `--json` and waits for its first line. Its log goes to a file; it ends when this process does.
 *
 * @throws Error with what the command said when it ends instead.
 */
export async function startChildCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ChildCommand> {
  const { variables, options } = howToStart();
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [...options, BIN, ...args, '--json'], {
    env: { ...childEnvironment(process.env, 'server'), ...variables, ...env, [STOP_WITH_PARENT]: '1' },
    stdio: ['pipe', 'pipe', log],
  });
  // The child has its own by now, and each restart would leave another open here.
  closeSync(log);
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  // Till the end of what it says: its exit may be told before its last line, which says why.
  const line = await firstLine(child);
  if (line === undefined || child.pid === undefined)
    throw new Error(`rosterline ${args.join(' ')} ended before it was ready; its log is ${logFile}`);
  const ready = JSON.parse(line) as Record<string, unknown>;
  if ('error' in ready) {
    await exited;
    throw new Error(
      `rosterline ${args.join(' ')} could not start: ${JSON.stringify(ready['error'])}; its log is ${logFile}`,
    );
  }
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid,
    ready,
    ended: exited.then(() => undefined),
    kill: () => ended('SIGKILL'),
    stop: () => ended('SIGTERM'),
  };
}

/** The variables and Node's options that the program names in its first line, for this very Node. */
function howToStart(): { variables: Record<string, string>; options: string[] } {
  const [first = ''] = readFileSync(BIN, 'utf8').split('\n', 1);
  const [before = '', options] = first.split(' node ');
  const variables = [...before.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value] as const);
  return { variables: Object.fromEntries(variables), options: options?.split(' ') ?? [] };
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  if (!child.stdout) return undefined;
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}
