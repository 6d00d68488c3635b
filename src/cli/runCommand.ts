import { createOutput, type ExitCode, type Output, reportFailure } from './output.js';

/** How long a connection that was left open may keep a command whose work has ended. */
const LINGER_MS = 2000;

/**
 * Runs a command's body and sets the exit code: what it returns, or what its failure means.
 */
export async function runCommand(json: boolean, body: (output: Output) => Promise<ExitCode>): Promise<void> {
  const output = createOutput(json);
  try {
    process.exitCode = await body(output);
  } catch (error) {
    process.exitCode = reportFailure(output, error);
  }
  setTimeout(() => process.exit(), LINGER_MS).unref();
}
