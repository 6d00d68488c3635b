import { ApplicationFailure } from '@temporalio/common';
import type { SimulatorReady } from '../simulatorProcess.js';
import { type AskedJob, askedBody } from './asked.js';
import { logIn } from './logIn.js';

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const POLL_EVERY = '1 second';

/** Activities that fail with `nextRetryDelay` from the header of a refusal, as Temporal's own sample has it, and share nothing. */
export async function createPlainActivities(simulator: Pick<SimulatorReady, 'url' | 'clientId' | 'clientSecret'>) {
  const headers = { authorization: `Bearer ${await logIn(simulator)}`, 'content-type': 'application/json' };

  async function answered(path: string, init: RequestInit): Promise<{ job: { id: string; status: string } }> {
    const answer = await fetch(simulator.url + path, { ...init, headers });
    const body = await answer.text();
    if (answer.ok) return JSON.parse(body) as { job: { id: string; status: string } };
    const seconds = Number(answer.headers.get('retry-after'));
    throw ApplicationFailure.create({
      message: `refused with ${answer.status}`,
      // Without a delay Temporal's backoff decides.
      ...(seconds > 0 ? { nextRetryDelay: seconds * 1000 } : {}),
    });
  }

  return {
    async makeJob(job: AskedJob): Promise<string> {
      const { job: made } = await answered(BULK, { method: 'POST', body: JSON.stringify(askedBody(job)) });
      return made.id;
    },

    async awaitJob(jobId: string): Promise<void> {
      const { job } = await answered(`${BULK}/jobs/${jobId}`, { method: 'GET' });
      if (job.status !== 'Processing') return;
      throw ApplicationFailure.create({ message: 'still processing', nextRetryDelay: POLL_EVERY });
    },
  };
}

export type PlainActivities = Awaited<ReturnType<typeof createPlainActivities>>;
