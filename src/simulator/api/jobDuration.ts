import { seededRandom } from '../data/seededRandom.js';

/** Exponent of the tail: about half of all jobs take less than a twelfth of the range, one in fifty over two thirds. */
const TAIL = 1.3;

/**
 * How long a job takes, in milliseconds: always the same number, or long-tailed (a bounded Pareto) between two bounds.
 *
 * Drawn from the seed and what was asked, so that the same request takes the same time whenever it comes.
 */
export function jobDurationMs(
  jobSeconds: number | { min: number; max: number },
  ...seed: readonly (string | number)[]
): number {
  if (typeof jobSeconds === 'number') return jobSeconds * 1000;
  const uniform = seededRandom('job duration', ...seed).next();
  const pareto = (1 - uniform * (1 - 10 ** -TAIL)) ** (-1 / TAIL);
  return Math.round(1000 * (jobSeconds.min + ((pareto - 1) / 9) * (jobSeconds.max - jobSeconds.min)));
}
