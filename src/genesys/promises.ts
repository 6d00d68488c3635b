/** Instants kept for one line of waiting calls. */
const MOST_PROMISED = 1_000;

/**
 * Instants that calls were sent away with, so that those which come after them are given later ones: else all would be back at the
 * same moment for one place.
 */
export interface Promises {
  /** Calls of a line that were promised an instant which has not come. */
  ahead(line: string): number;
  made(line: string, untilMs: number): void;
}

/** @param timeMs the clock that the instants are of. */
export function createPromises(timeMs: () => number): Promises {
  const lines = new Map<string, number[]>();
  const outstanding = (line: string) => (lines.get(line) ?? []).filter((atMs) => atMs > timeMs());
  return {
    ahead: (line) => outstanding(line).length,
    made(line, untilMs) {
      lines.set(line, [...outstanding(line), untilMs].slice(-MOST_PROMISED));
    },
  };
}
