import { Socket } from 'node:net';

/** Set for processes that another of ours starts: they end with it, however it ends. */
export const STOP_WITH_PARENT = 'ROSTERLINE_STOP_WITH_PARENT';

/** One Ctrl-C may come twice: from the terminal, and forwarded by npm. */
const SAME_SIGNAL_MS = 1000;

/**
 * Settles with the first SIGINT or SIGTERM. A second one ends the process at once, for those who cannot wait.
 *
 * A process that another of ours started is also told by the end of its standard input, which comes even when that one was killed.
 */
export function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let toldAtMs: number | undefined;
    const onSignal = (signal: string): void => {
      if (toldAtMs !== undefined && Date.now() - toldAtMs > SAME_SIGNAL_MS) process.exit(130);
      toldAtMs ??= Date.now();
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
