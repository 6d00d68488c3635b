import {
  jobSeen,
  nextPollDelayMs,
  type PollSchedule,
  type SeenJob,
  UNTAUGHT_POLL_SCHEDULE,
} from '../src/domain/pollSchedule.js';

/** How long adherence jobs took, learnt while this process runs. */
export class JobTimes {
  private schedule: PollSchedule = UNTAUGHT_POLL_SCHEDULE;

  /** Remembers between which polls a job became done. */
  learn(job: SeenJob): void {
    this.schedule = jobSeen(this.schedule, job);
  }

  /** Milliseconds until the next look at a job of this age is worth a call. */
  nextPollDelayMs(elapsedMs: number): number {
    return nextPollDelayMs(this.schedule, elapsedMs);
  }
}
