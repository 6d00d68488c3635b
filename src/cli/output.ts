import { knownSecrets, withoutSecrets } from '../config/knownSecrets.js';
import { isFailure } from '../domain/failure.js';

/** What a command ended with, as the process's exit code. */
export const EXIT = { done: 0, failed: 1, wrongUsage: 2, completeWithGaps: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command speaks: people read sentences, programs one JSON object on the last line of standard output. */
export interface Output {
  readonly json: boolean;
  /** A line for people; on standard error with `--json`, so that standard output holds JSON alone. */
  say(line: string): void;
  /** The command's outcome: JSON with `--json`, otherwise nothing (it has been said). */
  result(value: unknown): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    say: (line) => (json ? process.stderr : process.stdout).write(`${line}\n`),
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** Says why a command failed, and which exit code that is: bad input is 2, all else 1. */
export function reportFailure(output: Output, error: unknown): ExitCode {
  const name = error instanceof Error ? error.name : 'Error';
  const said = error instanceof Error ? error.message : String(error);
  // What other programs say is quoted, and a database or a proxy may say anything.
  const message = withoutSecrets(said, knownSecrets(process.env, process.cwd()));
  process.stderr.write(`rosterline: ${message}\n`);
  output.result({ error: { name, message } });
  return isFailure(error, 'InvalidInput') ? EXIT.wrongUsage : EXIT.failed;
}
