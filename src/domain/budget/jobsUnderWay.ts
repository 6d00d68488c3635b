import { z } from 'zod';

/** Jobs of which nothing begins or ends for so long are over, or nobody will ever read their end. */
const FORGOTTEN_MS = 600_000;
/** More ends than beginnings for so long, more than any worker waits to tell: beginnings were lost with a worker that was killed. */
const LOST_MS = 90_000;

/**
 * Jobs of one family that began less those that ended, as workers tell.
 *
 * Below 0 for a while where one worker tells of the end of a job before the one that began it tells of that: cut off at 0, each such
 * pair would leave a job under way that is none, and after some minutes there would seem to be no room for any.
 */
export const JobsUnderWay = z.object({
  balance: z.number().int(),
  /** When one was last told to have begun or ended; 0 for never. */
  changedMs: z.number(),
  /** Since when the balance has been below 0; 0 where it is not. */
  belowSinceMs: z.number(),
});
export type JobsUnderWay = Readonly<z.infer<typeof JobsUnderWay>>;

export const NO_JOBS: JobsUnderWay = { balance: 0, changedMs: 0, belowSinceMs: 0 };

/** What is known after one more tally. */
export function withJobs(
  jobs: JobsUnderWay,
  { began, ended }: { began: number; ended: number },
  nowMs: number,
): JobsUnderWay {
  if (began + ended === 0) return jobs;
  const known = nowMs - jobs.changedMs > FORGOTTEN_MS ? NO_JOBS : jobs;
  const balance = known.balance + began - ended;
  if (balance >= 0) return { balance, changedMs: nowMs, belowSinceMs: 0 };
  const belowSinceMs = known.belowSinceMs || nowMs;
  if (nowMs - belowSinceMs > LOST_MS) return { balance: 0, changedMs: nowMs, belowSinceMs: 0 };
  return { balance, changedMs: nowMs, belowSinceMs };
}

/** Jobs under way in all workers, as far as they told; null where none was ever told of. */
export function jobsUnderWay({ balance, changedMs }: JobsUnderWay, nowMs: number): number | null {
  if (changedMs === 0) return null;
  return nowMs - changedMs > FORGOTTEN_MS ? 0 : Math.max(0, balance);
}
