/** What one worker knows of the jobs of its OAuth client. */
export interface JobRoom {
  /** Most jobs under way that are allowed; null when nothing bounds them. */
  readonly maxJobs: number | null;
  /** Jobs under way in all workers, as of the keeper's view. */
  readonly jobsInFlight: number;
  /** Workers that share them, this one included. */
  readonly workers: number;
  /** Jobs that this worker started, less those it saw end, since the tally of its own that the view holds. */
  readonly ownSince: number;
  /**
   * In [0, 1): drawn by each worker for itself, anew about every tally. It shares out what is left when the free jobs do not go evenly
   * into the workers; without it each takes one of what is left, and together they may pass the bound.
   */
  readonly turn?: number;
}

/** How many jobs a worker may start now: its share of what the view says is free (or too many), and what it freed itself. */
export function jobRoom({ maxJobs, jobsInFlight, workers, ownSince, turn = 0 }: JobRoom): number {
  if (maxJobs === null) return Number.POSITIVE_INFINITY;
  const free = maxJobs - jobsInFlight;
  const sharing = Math.max(1, workers);
  const left = Math.abs(free % sharing);
  const share = Math.trunc(free / sharing) + (turn < left / sharing ? Math.sign(free) : 0);
  return Math.max(0, share - ownSince);
}
