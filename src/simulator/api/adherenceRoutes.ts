import type { FastifyInstance } from 'fastify';
import type { JobCount } from '../control/jobLedger.js';
import type { SimulatorContext } from '../simulatorContext.js';
import type { AdherenceJob } from './adherenceJobs.js';
import { parseAdherenceQuery } from './adherenceQuery.js';
import { ApiError } from './apiError.js';

const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';

/**
 * The bulk historical adherence job: 202 and `Processing`, then `Complete` with fresh signed URLs at every reading, or
 * `Error`. Nothing hints at how long it takes. Only its creator may read it: to others it does not exist (a guess).
 *
 * @param baseUrl where download URLs point to.
 */
export function adherenceRoutes(api: FastifyInstance, context: SimulatorContext, baseUrl: () => string): void {
  const { organisation, jobs, urls, faults, counters, now } = context;

  api.post(BULK, (request, reply) => {
    const query = parseAdherenceQuery(request.body, organisation);
    const text = JSON.stringify(request.body);
    const about = ({ match }: { match?: string | undefined }) => match === undefined || text.includes(match);
    const fails = faults.take('jobError', request.met, about) !== undefined;
    const stuck = faults.take('jobStuck', request.met, about) !== undefined;
    const lacks = faults.take('missingField', request.met, about)?.field ?? null;
    const ends = stuck ? 'never' : fails ? 'Error' : 'Complete';
    const job = jobs.create(request.clientId, query, request.body, { ends, lacks });
    for (const pass of request.passes) pass.jobMade(job.readyAtMs);
    const count: JobCount = {
      jobId: job.id,
      arrivedAtMs: request.arrivedAtMs,
      respondedAtMs: null,
      endsAtMs: job.readyAtMs,
      noticedAtMs: null,
    };
    counters.jobs.made(request.body, count);
    reply.raw.once('finish', () => (count.respondedAtMs = now()));
    return reply.code(202).send(answer(job, 'Processing'));
  });

  api.get<{ Params: { jobId: string } }>(`${BULK}/jobs/:jobId`, (request) => {
    const { jobId } = request.params;
    const job = jobs.find(jobId);
    const about = ({ match }: { match?: string | undefined }) => match === undefined || job?.asked.includes(match);
    const unknown = job && faults.take('jobUnknown', request.met, (fault) => about(fault) ?? false);
    if (unknown) jobs.forget(jobId);
    if (!job || unknown || job.clientId !== request.clientId)
      throw new ApiError(404, 'job.not.found', `Job ${jobId} was not found`, { params: { jobId } });
    const held = faults.take('jobHeld', request.met, (fault) => about(fault) ?? false) !== undefined;
    if (held || now() < job.readyAtMs) return answer(job, 'Processing');
    counters.jobs.foundEnded(jobId, now());
    return answer(job, job.fate.ends === 'Error' ? 'Error' : 'Complete');
  });

  function answer(job: AdherenceJob, status: 'Processing' | 'Complete' | 'Error') {
    return {
      job: { id: job.id, status, selfUri: `${BULK}/jobs/${job.id}` },
      downloadUrls: status === 'Complete' ? job.fileIds.map((file) => baseUrl() + urls.sign(job.id, file)) : [],
      queryVersion: 2,
    };
  }
}
