import { proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { ExportWindowInput } from '../../src/domain/exportSteps.js';
import type { Lane } from '../../src/domain/lane.js';
import { DEFAULT_TASK_QUEUE } from '../../src/domain/taskQueues.js';
import { activitiesOf } from '../../workflows/policies.js';
import { ASKED_ZONE, type AskedJob } from './asked.js';
import type { PlainActivities } from './plainActivities.js';

/** What is asked of either workflow. */
export interface JobsInput {
  readonly jobs: readonly AskedJob[];
  /** Whether somebody waits for them. */
  readonly isUrgent: boolean;
  readonly organisationId: string;
}

/** Jobs through the product's own activities on its queues: what `exportWindow` does of a window, up to the job's end. */
export async function rosterlineJobs({ jobs, isUrgent, organisationId }: JobsInput): Promise<void> {
  const lane = isUrgent ? 'failover' : 'backfill';
  const { reads, wfmJobs } = activitiesOf(DEFAULT_TASK_QUEUE, 'impatient', lane);
  await Promise.all(
    jobs.map(async (job) => {
      const step = windowInput(job, lane, organisationId);
      const { jobId, requestedAt, firstPollInMs, filesAtOnce } = await wfmJobs.submitAdherenceJob(step);
      if (filesAtOnce !== null) return;
      await sleep(firstPollInMs);
      await reads.pollAdherenceJob(step, jobId, requestedAt);
    }),
  );
}

function windowInput(job: AskedJob, lane: Lane, organisationId: string): ExportWindowInput {
  const { workflowId, runId } = workflowInfo();
  return {
    v: 1,
    organisationId,
    exportId: workflowId,
    runId,
    label: `day ${job.from}`,
    window: { ...job, dataset: 'adherence', businessUnitId: job.managementUnitId, timeZone: ASKED_ZONE },
    exceptions: false,
    actuals: false,
    lane,
    force: false,
  };
}

/** Activities as anybody would write them, with Temporal's own retry policy: 1 s, doubled, at most 100 s, unless a delay is named. */
const plain = proxyActivities<PlainActivities>({ startToCloseTimeout: '1 minute' });

/** Jobs through plain activities that heed `Retry-After`, each for itself; one that is urgent is one more. */
export async function plainJobs({ jobs }: JobsInput): Promise<void> {
  await Promise.all(
    jobs.map(async (job) => {
      const jobId = await plain.makeJob(job);
      await sleep(POLL_EVERY_MS);
      await plain.awaitJob(jobId);
    }),
  );
}

const POLL_EVERY_MS = 1000;
