import { localDays } from '../../src/domain/calendar.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';

/**
 * Holds the adherence jobs of windows that begin on some local days (`to` exclusive) of any unit: an export comes as far as these and
 * stays under way, however slow or quick the machine is.
 *
 * @returns lets them end.
 */
export function holdJobs(simulator: RunningSimulator, from: string, to: string): () => void {
  const starts = simulator.units.flatMap(({ timeZone }) => localDays(timeZone, from, to).map(({ startAt }) => startAt));
  const held = starts.map((startAt) => simulator.addFault({ kind: 'jobHeld', match: `"startDate":"${startAt}"` }));
  return () => {
    for (const id of held) simulator.removeFaults(id);
  };
}
