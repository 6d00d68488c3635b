import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/rosterline', import.meta.url));

/** What a command printed, and its exit code. */
export interface EndedCommand {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `rosterline` to its end, as a person would, with nothing in its environment but what is given.
 *
 * @param heard told of all that it has said on standard error, whenever it says more.
 */
export function runRosterline(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  heard: (stderr: string) => void = () => undefined,
): Promise<EndedCommand> {
  const { PATH, HOME, TMPDIR } = process.env;
  const inherited = { PATH, HOME, TMPDIR };
  return new Promise((resolve) => {
    const command = execFile(
      process.execPath,
      [BIN, ...args],
      { env: { ...inherited, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr }),
    );
    let said = '';
    command.stderr?.on('data', (text) => heard((said += String(text))));
  });
}

/** What a command run with `--json` gave: the object on the last line of its output. */
export function lastJson({ stdout }: Pick<EndedCommand, 'stdout'>): unknown {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}
