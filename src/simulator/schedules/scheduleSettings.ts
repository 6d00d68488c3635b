import { z } from 'zod';

/** How the weekly schedules of a simulated organisation behave. */
export const ScheduleSettings = z.strictObject({
  /** Weeks after the running one that are published; the one after them has a draft alone. (Default: 4) */
  publishedWeeksAhead: z.number().int().nonnegative().max(25).default(4),
  /**
   * Which shifts a search finds: those that overlap the range, or those that start in it. Which of the two Genesys does is not
   * documented. (Default: overlapping)
   */
  found: z.enum(['overlapping', 'starting']).default('overlapping'),
  /** Results larger than this are not in the answer, but behind a URL. (Default: 1 MB) */
  inlineBytes: z.number().int().nonnegative().default(1_000_000),
});
export type ScheduleSettings = z.infer<typeof ScheduleSettings>;
