import { processesWith } from '../../src/temporal/processIdentity.js';

/**
 * Kills the first process whose command line has a text.
 *
 * @returns its id. @throws Error where there is none: a signal to process 0 would go to everybody of the test's own group.
 */
export function killedWith(text: string): number {
  const [pid] = processesWith(text);
  if (pid === undefined) throw new Error(`no process to kill has in its command line: ${text}`);
  process.kill(pid, 'SIGKILL');
  return pid;
}
