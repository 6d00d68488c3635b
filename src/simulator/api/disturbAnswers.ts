import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SimulatorContext } from '../simulatorContext.js';
import { bodyFault } from './bodyFault.js';
import { callName, isApi, isControl } from './callOf.js';
import { pacedSend } from './pacedSend.js';

/**
 * Lets faults meet calls of API and login: instead of being carried out, or on the way back.
 *
 * Comes after admission, so that a fault never hides that a token is wrong; on the way back only successful answers are met.
 * A call without an answer is counted under status 0.
 */
export function disturbAnswers(server: FastifyInstance, { faults, counters }: SimulatorContext): void {
  server.addHook('preParsing', (request, reply, _payload, done) => {
    if (isControl(request)) return done();
    if (faults.meet('reset', request.met, (fault) => fault.when === 'before')) {
      counters.answered(callName(request), 0, isApi(request));
      resetConnection(reply);
      return;
    }
    const fault = faults.meet('status', request.met);
    if (!fault) return done();
    const type = typeof fault.body === 'string' ? 'text/html' : 'application/json';
    const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {});
    void reply.code(fault.status).type(type).headers(fault.headers).send(body);
  });

  server.addHook('onSend', (request, reply, payload, done) => {
    if (isControl(request)) return done();
    const isSuccess = reply.statusCode >= 200 && reply.statusCode < 300;
    const isLost = isSuccess && faults.meet('reset', request.met, (fault) => fault.when === 'after') !== undefined;
    counters.answered(callName(request), isLost ? 0 : reply.statusCode, isApi(request));
    if (isLost) {
      resetConnection(reply);
      return;
    }
    const body = typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.from(payload) : null;
    if (!isSuccess || body === null) return done();
    const headers = { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-length': body.length.toString() };
    const sent = bodyFault(faults, request.met, body, headers);
    if (!sent) return done();
    // The rest of the framework's way is not gone: it would mend what is to be wrong.
    reply.hijack();
    reply.raw.writeHead(reply.statusCode, sent.headers);
    void pacedSend(reply.raw, sent.body, sent, () => undefined);
  });
}

/** Ends a connection with a reset (RST), without a further byte. */
export function resetConnection(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}
