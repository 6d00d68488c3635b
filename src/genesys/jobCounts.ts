import type { Family } from '../domain/family.js';
import type { SharedBudget } from './sharedBudget.js';

/** Jobs remembered, so that one whose end is read twice is counted once. */
const MOST_REMEMBERED = 5_000;

/**
 * Tells the shared budget of jobs that are over, each once, however often this process reads it.
 *
 * A job whose end nobody reads is for the keeper to forget: another worker may have read it.
 */
export interface JobCounts {
  ended(family: Family, jobId: string): void;
}

/** @param onRoom told when there is room for another job. */
export function createJobCounts(budget: SharedBudget, onRoom: () => void): JobCounts {
  const over = new Set<string>();
  return {
    ended(family, jobId) {
      if (over.has(jobId)) return;
      over.add(jobId);
      const [oldest] = over;
      if (over.size > MOST_REMEMBERED && oldest !== undefined) over.delete(oldest);
      budget.jobEnded(family);
      onRoom();
    },
  };
}
