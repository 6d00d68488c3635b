import { Socket } from 'node:net';

/** Set for processes that another of ours starts: they end with it, however it ends. */
export const STOP_WITH_PARENT = 'ROSTERLINE_STOP_WITH_PARENT';

/**
 * Settles with the first SIGINT or SIGTERM. A second one ends the process at once, for those who cannot wait.
 *
 * A process that another of ours started is also told by the end of its standard input, which comes even when that one was killed.
 */
export function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let told = false;
    const onSignal = (signal: string): void => {
      if (told) process.exit(130);
      told = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    if (!process.env[STOP_WITH_PARENT]) return;
    process.stdin.resume().on('end', () => onSignal('parent ended'));
    // Waiting for the parent's end must not keep a process alive whose work has ended.
    if (process.stdin instanceof Socket) process.stdin.unref();
  });
}
