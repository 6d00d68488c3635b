import { isFailure } from '../domain/failure.js';
import type { CallAnswer } from './apiCall.js';
import { AdherenceJobAnswer, decoded } from './decoders.js';
import { type Endpoint, ENDPOINTS } from './endpoints.js';
import type { LaneCalls } from './laneCalls.js';

/** Body of `POST /api/v2/workforcemanagement/adherence/historical/bulk`, one item. Instants are ISO 8601 UTC. */
export interface AdherenceJobRequest {
  readonly managementUnitId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly timeZone: string;
  readonly includeExceptions: boolean;
  readonly includeActuals: boolean;
}

export interface AdherenceJob {
  readonly jobId: string;
  readonly state: 'Processing' | 'Complete' | 'Error';
  /** Signed: a capability. Never to be logged, stored or put into a workflow history. */
  readonly downloadUrls: readonly string[];
  readonly correlationId: string;
  /** When the answer was read. */
  readonly receivedAt: string;
}

/** Jobs of historical adherence. */
export interface AdherenceCalls {
  createAdherenceJob(request: AdherenceJobRequest): Promise<AdherenceJob>;
  /**
   * Reads a job's state. Whether it is over is counted once, when it is polled: who only wants fresh `links` of a job that is known to
   * be over says so.
   *
   * @throws Failure `Expired` when Genesys no longer knows the job (404 `job.not.found`), or it was another client's.
   */
  adherenceJob(jobId: string, wanted?: 'state' | 'links'): Promise<AdherenceJob>;
}

export function adherenceCalls({ sdk, make, jobs }: LaneCalls): AdherenceCalls {
  const { workforceManagement } = sdk;
  return {
    async createAdherenceJob({ managementUnitId, startDate, endDate, timeZone, includeExceptions, includeActuals }) {
      const endpoint = ENDPOINTS.createAdherenceJob;
      const body = { items: [{ managementUnitId, startDate, endDate, includeExceptions, includeActuals }], timeZone };
      const answer = await make(endpoint, () =>
        workforceManagement.postWorkforcemanagementAdherenceHistoricalBulk(body),
      );
      const job = adherenceJob(answer, endpoint);
      if (job.state !== 'Processing') jobs.ended(endpoint.family, job.jobId);
      return job;
    },

    async adherenceJob(jobId, wanted = 'state') {
      const endpoint = ENDPOINTS.adherenceJob;
      const { family } = ENDPOINTS.createAdherenceJob;
      const asked = make(endpoint, () => workforceManagement.getWorkforcemanagementAdherenceHistoricalBulkJob(jobId));
      const answer = await asked.catch((error: unknown) => {
        if (wanted === 'state' && isFailure(error, 'Expired')) jobs.ended(family, jobId);
        throw error;
      });
      const job = adherenceJob(answer, endpoint);
      if (wanted === 'state' && job.state !== 'Processing') jobs.ended(family, jobId);
      return job;
    },
  };
}

function adherenceJob(answer: CallAnswer, endpoint: Endpoint): AdherenceJob {
  const { job, downloadUrls } = decoded(AdherenceJobAnswer, answer, endpoint);
  return {
    jobId: job.id,
    state: job.status,
    downloadUrls: downloadUrls ?? [],
    correlationId: answer.correlationId,
    receivedAt: answer.receivedAt,
  };
}
