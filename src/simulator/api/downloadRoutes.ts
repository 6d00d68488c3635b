import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SimulatorContext } from '../simulatorContext.js';
import type { ResultFile } from './adherenceJobs.js';
import { type ByteRange, byteRange } from './byteRange.js';
import { alteredBytes } from './faultyResult.js';
import { bodyFault, type SentBody } from './bodyFault.js';
import { callName } from './callOf.js';
import { resetConnection } from './disturbAnswers.js';
import { pacedSend } from './pacedSend.js';
import { DOWNLOAD_PATH, SCHEDULES_DOWNLOAD_PATH } from './signedUrls.js';

interface DownloadCall {
  Params: { jobId: string; fileId: string };
  Querystring: Record<string, string | undefined>;
}

/**
 * Serves results by signed URL, as an object store does: ETag, ranges, XML errors.
 *
 * A token that comes along is refused and counted: it must never reach another host.
 */
export function downloadRoutes(server: FastifyInstance, context: SimulatorContext): void {
  const { settings, jobs, searchResults, urls, faults, counters } = context;

  for (const path of [DOWNLOAD_PATH, SCHEDULES_DOWNLOAD_PATH])
    server.get<DownloadCall>(`${path}/:jobId/:fileId`, async (request, reply) => {
      counters.downloadRequests++;
      const { jobId, fileId } = request.params;
      if (request.headers.authorization !== undefined) {
        counters.tokenLeaks++;
        return await refuse(reply, 400, 'InvalidArgument', 'Only one auth mechanism allowed');
      }
      if (faults.take('expiredUrl', request.met)) urls.expire(request.query['Signature'] ?? '');
      const verdict = urls.check(jobId, fileId, request.query);
      if (verdict === 'bad') return await refuse(reply, 403, 'SignatureDoesNotMatch', 'The signature does not match');
      if (verdict === 'expired') return await refuse(reply, 403, 'AccessDenied', 'Request has expired');
      const job = jobs.find(jobId) ?? searchResults.find(jobId);
      const file = await fileOf(jobId, fileId, encodingFor(request));
      if (!job || !file) return await refuse(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
      const about = ({ match }: { match?: string | undefined }) => match === undefined || job.asked.includes(match);
      const altered = faults.take('alteredBytes', request.met, about);
      if (!altered) return await send(request, reply, file, true);
      const bytes = await alteredBytes(file.bytes, file.encoding, altered.how);
      return await send(request, reply, { ...file, bytes }, false);
    });

  async function fileOf(
    jobId: string,
    fileId: string,
    encoding: ResultFile['encoding'],
  ): Promise<ResultFile | undefined> {
    const job = jobs.find(jobId);
    return job ? await jobs.file(job, fileId, encoding) : await searchResults.file(jobId, encoding);
  }

  function encodingFor(request: FastifyRequest): 'identity' | 'gzip' {
    const accepted = request.headers['accept-encoding']?.toString() ?? '';
    return settings.gzipDownloads && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted) ? 'gzip' : 'identity';
  }

  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    file: ResultFile,
    isRight: boolean,
  ): Promise<FastifyReply> {
    const size = file.bytes.length;
    const range = byteRange(request.headers.range, request.headers['if-range']?.toString(), file.etag, size);
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${size.toString()}`);
      return await refuse(reply, 416, 'InvalidRange', 'The requested range is not satisfiable');
    }
    const { start, end } = range === 'whole' ? { start: 0, end: size } : range;
    const status = range === 'whole' ? 200 : 206;
    const isLost = faults.meet('reset', request.met, (fault) => fault.when === 'after') !== undefined;
    counters.answered(callName(request), isLost ? 0 : status, false);
    if (isLost) {
      resetConnection(reply);
      return reply;
    }
    const { body, headers, bytesPerSecond, cut, resumable } = sentBody(request, file, range, start, end);
    reply.hijack();
    reply.raw.writeHead(status, headers);
    const sent = counters.downloads.begin(file.object, file.encoding, size, start, isRight && resumable);
    counters.downloads.active++;
    try {
      await pacedSend(reply.raw, body, { bytesPerSecond, cut }, sent);
    } finally {
      counters.downloads.active--;
    }
    return reply;
  }

  function sentBody(request: FastifyRequest, file: ResultFile, range: ByteRange, start: number, end: number): SentBody {
    const headers = headersOf(file, range, start, end);
    const body = file.bytes.subarray(start, end);
    const expires = faults.take('urlExpiredMidDownload', request.met);
    if (expires) {
      urls.expire((request.query as DownloadCall['Querystring'])['Signature'] ?? '');
      const after = Math.min(expires.afterBytes, body.length - 1);
      return { body: body.subarray(0, after), headers, bytesPerSecond: null, cut: true, resumable: true };
    }
    const faulty = bodyFault(faults, request.met, body, headers);
    const rate = faults.take('downloadRate', request.met)?.bytesPerSecond ?? settings.downloadBytesPerSecond;
    return faulty ?? { body, headers, bytesPerSecond: rate, cut: false, resumable: true };
  }
}

function headersOf(file: ResultFile, range: ByteRange, start: number, end: number): Record<string, string> {
  const size = file.bytes.length.toString();
  return {
    'content-type': 'application/json;charset=UTF-8',
    'content-length': (end - start).toString(),
    'accept-ranges': 'bytes',
    etag: file.etag,
    vary: 'accept-encoding',
    ...(file.encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    ...(range === 'whole' ? {} : { 'content-range': `bytes ${start.toString()}-${(end - 1).toString()}/${size}` }),
  };
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
