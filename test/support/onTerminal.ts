import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** A command that runs with all of its input and output on a terminal of its own, as before a person. */
export interface TerminalCommand {
  /** What has stood on the terminal so far, colours and all. */
  shown(): string;
  /** Types on its keyboard: `\x03` is Ctrl-C. */
  type(keys: string): void;
  /** Settles with the exit code once the command has ended. */
  readonly ended: Promise<number | null>;
}

/** Copies between its own input and output and a terminal, and ends as the command did. */
const PYTHON = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** How to give a command a terminal here: by `script` of util-linux, else by Python; null where neither is. */
export function terminalHere(): ((command: readonly string[]) => readonly string[]) | null {
  // Others of that name, such as macOS's, take other options.
  if (says(['script', '--version'], /util-linux/))
    // In place of the shell, which Ctrl-C would end as well.
    return (command) => ['script', '-qec', `exec ${command.map(quoted).join(' ')}`, '/dev/null'];
  if (says(['python3', '-c', 'import os, pty; print(os.waitstatus_to_exitcode)'], /function/))
    return (command) => ['python3', '-c', PYTHON, ...command];
  return null;
}

/** Starts a program on a terminal, with nothing in its environment but what is given. */
export function startOnTerminal(
  give: (command: readonly string[]) => readonly string[],
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): TerminalCommand {
  const [program = '', ...args] = give(command);
  const child: ChildProcess = spawn(program, args, {
    env: { SHELL: '/bin/sh', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (shown += text));
  return {
    shown: () => shown,
    type: (keys) => void child.stdin?.write(keys),
    ended: once(child, 'close').then(([code]) => code as number | null),
  };
}

function says([program = '', ...args]: readonly string[], words: RegExp): boolean {
  return words.test(spawnSync(program, args, { encoding: 'utf8' }).stdout);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
