import { availableParallelism } from 'node:os';

/** Bytes of lines from which a load is worth every thread. */
const WORTH_THREADS_BYTES = 64 * 1024 * 1024;

/**
 * How many threads a load of so many bytes of lines is worth.
 *
 * DuckDB shares tables out by row groups of 122,880 rows, and a document is one row of thousands: most of a load is one thread's work.
 * While it works, another asks for tasks again and again. Source: decision 0061.
 *
 * @param most all of them, where settings say so; else the machine's.
 */
export function loadThreads(bytes: number, most = availableParallelism()): number {
  return bytes < WORTH_THREADS_BYTES ? 1 : most;
}
