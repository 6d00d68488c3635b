/**
 * Ends the command when nobody reads what it says any more, as `| head -1` does, without a stack trace.
 *
 * A command that drains on SIGTERM (a worker) goes on unheard: who closed its output has not asked it to stop.
 */
export function leaveWhenUnheard(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (process.listenerCount('SIGTERM') === 0) process.exit();
    });
}
