/** Takes one line for a person to read: fact, subject, numbers with units; no line break at its end. */
export type ProgressLog = (line: string) => void;

const QUIET_MS = 2_000;
const AGAIN_MS = 15_000;

/**
 * Runs a step and says that it is under way once it has taken over two seconds, then every fifteen.
 *
 * Throws what the step throws.
 */
export async function withProgress<T>(what: string, log: ProgressLog, step: () => Promise<T>): Promise<T> {
  const startedMs = Date.now();
  let timer = setTimeout(function say() {
    log(`${what}: ${Math.round((Date.now() - startedMs) / 1_000)} s so far`);
    timer = setTimeout(say, AGAIN_MS);
  }, QUIET_MS);
  try {
    return await step();
  } finally {
    clearTimeout(timer);
  }
}
