import { execFile } from 'node:child_process';

export interface RunProgram {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly cwd?: string;
}

/**
 * Runs a program to its end and gives what it printed on standard output.
 *
 * @throws Error naming the program, how it ended and its last lines, when it is not there, fails or takes too long.
 */
export async function runProgram(file: string, args: readonly string[], options: RunProgram): Promise<string> {
  return await new Promise((resolve, reject) => {
    const { timeoutMs: timeout, env, cwd } = options;
    const settings = { timeout, env, cwd, killSignal: 'SIGKILL' as const, maxBuffer: 64 * 1024 * 1024 };
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else reject(new Error(`${file} ${ending(error, timeout)}${lastLines(stderr || stdout)}`, { cause: error }));
    });
  });
}

function ending(error: Error & { code?: unknown; killed?: boolean }, timeoutMs: number): string {
  if (error.code === 'ENOENT') return 'is not there';
  if (error.killed) return `was stopped after ${timeoutMs / 1_000} s`;
  return `ended with ${typeof error.code === 'number' ? `exit code ${error.code}` : error.message}`;
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-3).join(' / ');
  return lines === '' ? '' : `: ${lines}`;
}
