import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SimulatorContext } from '../simulatorContext.js';
import type { ResultFile } from './adherenceJobs.js';
import { type ByteRange, byteRange } from './byteRange.js';
import { pacedSend } from './pacedSend.js';
import { DOWNLOAD_PATH } from './signedUrls.js';

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
  const { settings, jobs, urls, faults, counters } = context;

  server.get<DownloadCall>(`${DOWNLOAD_PATH}/:jobId/:fileId`, async (request, reply) => {
    counters.downloadRequests++;
    const { jobId, fileId } = request.params;
    if (request.headers.authorization !== undefined) {
      counters.tokenLeaks++;
      return await refuse(reply, 400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    if (faults.take('expiredUrl')) urls.expire(request.query['Signature'] ?? '');
    const verdict = urls.check(jobId, fileId, request.query);
    if (verdict === 'bad') return await refuse(reply, 403, 'SignatureDoesNotMatch', 'The signature does not match');
    if (verdict === 'expired') return await refuse(reply, 403, 'AccessDenied', 'Request has expired');
    const job = jobs.find(jobId);
    const file = job && (await jobs.file(job, fileId, encodingFor(request)));
    if (!file) return await refuse(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
    return await send(request, reply, file);
  });

  function encodingFor(request: FastifyRequest): 'identity' | 'gzip' {
    const accepted = request.headers['accept-encoding']?.toString() ?? '';
    return settings.gzipDownloads && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted) ? 'gzip' : 'identity';
  }

  async function send(request: FastifyRequest, reply: FastifyReply, file: ResultFile): Promise<FastifyReply> {
    const size = file.bytes.length;
    const range = byteRange(request.headers.range, request.headers['if-range']?.toString(), file.etag, size);
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${size.toString()}`);
      return await refuse(reply, 416, 'InvalidRange', 'The requested range is not satisfiable');
    }
    const { start, end } = range === 'whole' ? { start: 0, end: size } : range;
    reply.hijack();
    counters.answered(`GET ${DOWNLOAD_PATH}/{jobId}/{fileId}`, range === 'whole' ? 200 : 206, false);
    reply.raw.writeHead(range === 'whole' ? 200 : 206, headersOf(file, range, start, end));
    const rate = faults.take('downloadRate')?.bytesPerSecond ?? settings.downloadBytesPerSecond;
    const sent = counters.downloads.begin(file.object, file.encoding, size, start);
    counters.downloads.active++;
    try {
      await pacedSend(reply.raw, file.bytes.subarray(start, end), rate, sent);
    } finally {
      counters.downloads.active--;
    }
    return reply;
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
