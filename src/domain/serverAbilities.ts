/** Server that first sets the rate of a task queue at run time (`UpdateTaskQueueConfig`). */
const RATES_QUEUES = [1, 29] as const;

/** Server that first heeds priorities without being told to (`matching.useNewMatcher`). */
const HEEDS_PRIORITIES = [1, 31] as const;

/**
 * What a Temporal server cannot do for the budget, a sentence each; none for one that does not say its version.
 *
 * Source: measured on 1.29.1 and 1.31.2; before 1.31 priorities are heeded where `matching.useNewMatcher` is switched on.
 *
 * @param version as the server says it, such as `1.29.1`.
 * @param startedByUs whether it is the embedded server, which is started with `matching.useNewMatcher`.
 */
export function missingAbilities(version: string, startedByUs: boolean): string[] {
  const notes: string[] = [];
  if (isBefore(version, RATES_QUEUES))
    notes.push(
      `the Temporal server (${version}) cannot set rates on task queues, which 1.29 can: each worker keeps its share of a learnt rate by itself`,
    );
  if (!startedByUs && isBefore(version, HEEDS_PRIORITIES))
    notes.push(
      `the Temporal server (${version}) ignores priorities unless matching.useNewMatcher is switched on (1.31 has it on): waiting calls of all lanes then leave in the order they came`,
    );
  return notes;
}

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const parts = /^v?(\d+)\.(\d+)/.exec(version);
  if (parts === null) return false;
  const [foundMajor, foundMinor] = [Number(parts[1]), Number(parts[2])];
  return foundMajor < major || (foundMajor === major && foundMinor < minor);
}
