import type { EndedJob, ExportWindowInput, LandedBody, SubmittedJob } from '../src/domain/exportSteps.js';
import { windowId } from '../src/domain/exportWindow.js';
import { Failure, isFailure } from '../src/domain/failure.js';
import { z } from 'zod';
import { adherenceRequest } from '../src/datasets/adherence.js';
import type { Spool } from '../src/objects/objectStore.js';
import type { ActivityDeps } from './deps.js';
import { receiveDownload } from './receiveDownload.js';
import { type Beat, step } from './step.js';

/** What a poll tells the next attempt, so that the calls of all attempts are counted. */
const PollProgress = z.object({
  v: z.literal(1),
  calls: z.number().int().nonnegative(),
  notDoneMs: z.number().nonnegative(),
});

/** What a submission tells the next attempt: with a job id, the job is not asked for again. */
const SubmitProgress = z.object({
  v: z.literal(1),
  jobId: z.string(),
  requestedAt: z.string(),
  correlationId: z.string(),
});

/** Age at which a job counts as lost: they take seconds, in a bad hour minutes. */
const LOST_AFTER_MS = 6 * 3_600_000;

/** Activities of Genesys's bulk adherence job: request, wait, land. */
export function adherenceJobActivities(deps: ActivityDeps) {
  return {
    /** Asks Genesys for a window's adherence. One API call; none when an earlier attempt's heartbeat holds the job's id. */
    async submitAdherenceJob(input: ExportWindowInput): Promise<SubmittedJob> {
      return await step<SubmittedJob, z.infer<typeof SubmitProgress>>(deps, input, async (beat) => {
        const firstPollInMs = deps.jobTimes.nextPollDelayMs(0);
        const before = SubmitProgress.safeParse(beat.before);
        if (before.success) return { ...before.data, firstPollInMs, filesAtOnce: null };
        const requestedAt = deps.now().toISOString();
        const job = await deps.genesys.inLane(input.lane).createAdherenceJob(adherenceRequest(input.window, input));
        const { jobId, correlationId } = job;
        beat.say({ v: 1, jobId, requestedAt, correlationId });
        const complete = job.state === 'Complete';
        if (complete) deps.links.remember(jobId, job.downloadUrls);
        return {
          jobId,
          requestedAt,
          correlationId,
          firstPollInMs,
          filesAtOnce: complete ? job.downloadUrls.length : null,
        };
      });
    },

    /**
     * Looks whether a job has ended; `NotReady` with the instant of the next look while it has not. One API call an attempt.
     *
     * A job that Genesys has not finished in six hours is `Expired`: the window asks for another.
     */
    async pollAdherenceJob(input: ExportWindowInput, jobId: string, requestedAt: string): Promise<EndedJob> {
      return await step<EndedJob, z.infer<typeof PollProgress>>(deps, input, async (beat) => {
        const before = PollProgress.safeParse(beat.before);
        const job = await deps.genesys.inLane(input.lane).adherenceJob(jobId);
        const { calls: callsBefore, notDoneMs } = before.success ? before.data : { calls: 0, notDoneMs: 0 };
        const calls = callsBefore + 1;
        const elapsedMs = deps.now().getTime() - Date.parse(requestedAt);
        if (job.state === 'Processing' && elapsedMs > LOST_AFTER_MS)
          throw new Failure(
            'Expired',
            `job ${jobId} is still processing after ${Math.round(elapsedMs / 3_600_000)} h and counts as lost; it is asked for anew`,
          );
        if (job.state === 'Processing') {
          beat.say({ v: 1, calls, notDoneMs: elapsedMs });
          const retryAtMs = deps.now().getTime() + deps.jobTimes.nextPollDelayMs(elapsedMs);
          throw new Failure(
            'NotReady',
            `job ${jobId} is still processing after ${Math.round(elapsedMs / 1000)} s; next look at ${new Date(retryAtMs).toISOString()}`,
            { retryAtMs },
          );
        }
        if (job.state === 'Complete') {
          deps.jobTimes.learn({ notDoneMs, doneMs: elapsedMs });
          deps.links.remember(jobId, job.downloadUrls);
        }
        return { state: job.state, files: job.downloadUrls.length, calls, correlationId: job.correlationId };
      });
    },

    /**
     * Lands one file of a finished job: resumes where a killed attempt stopped, downloads nothing that has landed.
     *
     * `again` forgets what landed, after it turned out corrupt. An expired URL is renewed by reading the job, once an attempt.
     */
    async landJobFile(step_: {
      input: ExportWindowInput;
      jobId: string;
      file: number;
      again: boolean;
    }): Promise<LandedBody> {
      const { input, jobId, file, again } = step_;
      return await step<LandedBody, { v: 1; bytes: number }>(deps, input, async (beat) => {
        const name = `${windowId(input.window)}/${jobId}-${file}${again ? '-again' : ''}`;
        const found = await deps.objects.spool(name);
        let calls = 0;
        const landing =
          'landed' in found
            ? found.landed
            : await receive(found.spool, await firstUrl(), async () => await freshUrl(), beat);
        return { landing, receivedAt: deps.now().toISOString(), calls };

        async function firstUrl(): Promise<string> {
          return deps.links.recall(jobId)?.[file] ?? (await freshUrl());
        }

        async function freshUrl(): Promise<string> {
          const job = await deps.genesys.inLane(input.lane).adherenceJob(jobId, 'links');
          calls++;
          const url = job.downloadUrls[file];
          if (job.state !== 'Complete' || url === undefined)
            throw new Failure('Expired', `job ${jobId} no longer offers file ${file + 1}; it is asked for anew`);
          deps.links.remember(jobId, job.downloadUrls);
          return url;
        }
      });
    },
  };

  async function receive(spool: Spool, url: string, renew: () => Promise<string>, beat: Beat<{ v: 1; bytes: number }>) {
    try {
      return await receiveDownload(deps.genesys, spool, url, beat);
    } catch (error) {
      if (!isFailure(error, 'Expired')) throw error;
      return await receiveDownload(deps.genesys, spool, await renew(), beat);
    }
  }
}
