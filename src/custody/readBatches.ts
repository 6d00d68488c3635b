/** Objects that are read at once: enough that a store over a network is not waited for one by one. */
const MOST_AT_ONCE = 32;
/** What is read at once, in bytes; more than this, and the next batch is one object. */
const MOST_BYTES = 8 * 1024 * 1024;

/** How many objects to read at once next, so that a few huge ones do not lie in memory together. */
export function nextBatch(size: number, bytes: readonly number[]): number {
  const total = bytes.reduce((sum, each) => sum + each, 0);
  return total > MOST_BYTES ? 1 : Math.min(size * 2, MOST_AT_ONCE);
}
