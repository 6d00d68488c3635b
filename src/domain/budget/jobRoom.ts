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
}

/**
 * How many jobs a worker may start now: its share of what the view says is free, and what it freed itself.
 *
 * Shares are rounded up, so that the last free job is taken by somebody: workers may pass the bound by fewer than there are of them.
 */
export function jobRoom({ maxJobs, jobsInFlight, workers, ownSince }: JobRoom): number {
  if (maxJobs === null) return Number.POSITIVE_INFINITY;
  const free = maxJobs - jobsInFlight;
  const share = free > 0 ? Math.ceil(free / Math.max(1, workers)) : free;
  return Math.max(0, share - ownSince);
}
