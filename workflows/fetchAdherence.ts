import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type {
  ExportWindowInput,
  FetchedWindow,
  LandedBody,
  SubmittedJob,
  WindowRequest,
} from '../src/domain/exportSteps.js';
import type { FailureName } from '../src/domain/failure.js';
import { everyStep } from './everyStep.js';
import { applicationFailure, failedWith } from './failedWith.js';
import type { KeptSteps } from './keptSteps.js';
import type { Patiently } from './patience.js';

/** Jobs that one window may ask for because Genesys forgot the one before. */
const MAX_EXPIRED_JOBS = 5;

/** Brings a window's result; after a `Corrupt` one once more, told which landings are suspect (none: all of them). */
export type FetchWindow = (corrupt: readonly string[] | null) => Promise<FetchedWindow>;

/**
 * Brings a window's adherence: request, wait, land.
 *
 * After a `Corrupt` result only what is suspect of the same job's files is downloaded anew.
 */
export function adherenceFetcher(input: ExportWindowInput, patiently: Patiently, kept: KeptSteps): FetchWindow {
  let job: SubmittedJob | undefined;
  let calls = 0;
  let errors = 0;
  let expired = 0;
  let submissions = 0;
  const requests: WindowRequest[] = [];
  let landed: { jobId: string; bodies: readonly LandedBody[] } | undefined;

  return async (corrupt) => {
    for (;;) {
      try {
        job ??= await submit();
        const files = job.filesAtOnce ?? (await wait(job));
        if (files !== null) return await land(job, files, corrupt);
        errors++;
        job = undefined;
        // A whole retry, once; a second error is taken as "too large", so that the export halves the window.
        if (errors === 2) throw failure('TooLarge', `${input.label}: Genesys ended the job in Error twice`);
      } catch (error) {
        if (!failedWith(error, 'Expired')) throw error;
        if (++expired > MAX_EXPIRED_JOBS) throw failure('Expired', lostOnceTooOften(error));
        job = undefined;
      }
    }
  };

  function lostOnceTooOften(error: unknown): string {
    const last = applicationFailure(error)?.message ?? '';
    return `Genesys lost ${expired} jobs of this window, one after the other; start the export again to fill it. The last: ${last}`;
  }

  async function submit(): Promise<SubmittedJob> {
    const { value: submitted, isKept } = await kept.once(`job ${++submissions}`, () =>
      patiently((activities) =>
        activities.wfmJobs.submitAdherenceJob.executeWithOptions({ summary: `Ask Genesys for ${input.label}` }, [
          input,
        ]),
      ),
    );
    if (!isKept) calls++;
    requests.push({
      jobId: submitted.jobId,
      correlationIds: [submitted.correlationId],
      requestedAt: submitted.requestedAt,
      users: null,
    });
    if (submitted.filesAtOnce === null && !isKept)
      await sleep(submitted.firstPollInMs, { summary: 'Genesys is computing; the first look is not worth a call yet' });
    return submitted;
  }

  /** Files of the finished job, or null when it ended in Error. */
  async function wait({ jobId, requestedAt }: SubmittedJob): Promise<number | null> {
    const { value: ended, isKept } = await kept.once(`end of ${jobId}`, () =>
      patiently((activities) =>
        activities.reads.pollAdherenceJob.executeWithOptions({ summary: `Wait for ${input.label}` }, [
          input,
          jobId,
          requestedAt,
        ]),
      ),
    );
    if (!isKept) calls += ended.calls;
    return ended.state === 'Complete' ? ended.files : null;
  }

  async function land(
    { jobId, requestedAt }: SubmittedJob,
    files: number,
    corrupt: readonly string[] | null,
  ): Promise<FetchedWindow> {
    const before = landed?.jobId === jobId ? landed.bodies : [];
    const bodies = await everyStep(
      Array.from({ length: files }, async (_, file): Promise<LandedBody> => {
        const sound = before[file];
        if (sound && corrupt?.length && !corrupt.includes(sound.landing.sha256)) return { ...sound, calls: 0 };
        const { value, isKept } = await kept.once(`file ${file} of ${jobId}${corrupt === null ? '' : ', again'}`, () =>
          patiently((activities) =>
            activities.main.landJobFile.executeWithOptions(
              { summary: `Land file ${file + 1} of ${files}: ${input.label}` },
              [{ input, jobId, file, again: corrupt !== null }],
            ),
          ),
        );
        return isKept ? { ...value, calls: 0 } : value;
      }),
    );
    landed = { jobId, bodies };
    for (const body of bodies) calls += body.calls;
    return {
      requestedAt,
      requests,
      bodies,
      presentUsersOnly: [],
      refusedUserIds: [],
      calls: { made: calls, minimum: 2 },
    };
  }
}

function failure(type: FailureName, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
