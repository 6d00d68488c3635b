import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import {
  expectedJob,
  jobSeen,
  nextPollDelayMs,
  type PollSchedule,
  type SeenJob,
  UNTAUGHT_POLL_SCHEDULE,
} from '../src/domain/pollSchedule.js';

const Remembered = z.object({
  v: z.literal(1),
  seen: z.array(z.object({ notDoneMs: z.number(), doneMs: z.number() })),
});

/**
 * How long adherence jobs take, learnt while running and kept in a small file, so that a restarted worker need not learn it again.
 *
 * The file is a convenience: where it cannot be read or written, the worker starts from the untaught schedule.
 */
export class JobTimes {
  private schedule: PollSchedule;

  /** @param file where to remember; in memory only, where none is given. */
  constructor(private readonly file?: string) {
    this.schedule = file === undefined ? UNTAUGHT_POLL_SCHEDULE : remembered(file);
  }

  /** Remembers between which polls a job became done. */
  learn(job: SeenJob): void {
    this.schedule = jobSeen(this.schedule, job);
    if (this.file === undefined) return;
    try {
      writeFileSync(this.file, JSON.stringify({ v: 1, seen: this.schedule.seen }), { mode: 0o600 });
    } catch {
      // A full disk is found, and told, by those who cannot do without it.
    }
  }

  /** What the next jobs should take, and how many polls, from how many jobs seen. */
  expected(): { noticedMs: number; polls: number; seen: number } {
    return { ...expectedJob(this.schedule), seen: this.schedule.seen.length };
  }

  /** Milliseconds until the next look at a job of this age is worth a call. */
  nextPollDelayMs(elapsedMs: number): number {
    return nextPollDelayMs(this.schedule, elapsedMs);
  }
}

function remembered(file: string): PollSchedule {
  try {
    const { seen } = Remembered.parse(JSON.parse(readFileSync(file, 'utf8')));
    return seen.reduce(jobSeen, UNTAUGHT_POLL_SCHEDULE);
  } catch {
    return UNTAUGHT_POLL_SCHEDULE;
  }
}
