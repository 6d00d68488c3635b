import type { FastifyInstance } from 'fastify';
import type { CallMet } from '../control/faults.js';
import type { Pass, WindowCounters } from '../limits/limiter.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ApiError, tooManyRequests } from './apiError.js';
import { limitRefusal } from './limitRefusal.js';
import { requireRights } from './rights.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The OAuth client behind the call; empty where nobody is. */
    clientId: string;
    arrivedAtMs: number;
    met: CallMet;
    /** What the limits that let it in want to hear of it. */
    passes: readonly Pass[];
  }
}

/**
 * Lets calls under `/api/v2` in, or not: token first, then the limits in their order (the token's own before others), then the
 * throttles that were injected, then rights.
 *
 * Limits count by OAuth client, where Genesys counts by token: stricter on purpose, so that nobody gets round them by asking
 * for a second token.
 */
export function admitApiCalls(api: FastifyInstance, context: SimulatorContext): void {
  const { tokens, counters, faults, limits, now } = context;

  api.addHook('onRequest', (request, reply, done) => {
    const client = tokens.clientOf(request.headers.authorization);
    if (typeof client === 'string') throw unauthorized(client);
    const { clientId } = client;
    request.clientId = clientId;
    counters.made++;
    const { path } = request.met;
    const call = { clientId, method: request.method, path };
    counters.gates.arrived(call, request.arrivedAtMs);

    const admission = limits.meet(call, request.arrivedAtMs);
    if (admission.counters && !admission.refusal?.isBare) reply.headers(rateLimitHeaders(admission.counters));
    if (admission.refusal) {
      const { told, covers } = admission.refusal;
      if (told.untilMs !== null) counters.gates.refused(call, told.untilMs, covers, now());
      throw limitRefusal(admission.refusal);
    }
    request.passes = admission.passes;
    if (admission.passes.length > 0)
      reply.raw.once('close', () => {
        for (const pass of admission.passes) pass.answered();
      });
    const refusal = faults.throttle(request.met);
    if (refusal) {
      const { untilMs, covers } = refusal;
      if (untilMs !== null) counters.gates.refused(call, untilMs, (other) => covers(other.method, other.path), now());
      throw tooManyRequests(refusal);
    }
    requireRights(context, request.met);
    done();
  });
}

function rateLimitHeaders({ count, allowed, resetSeconds }: WindowCounters): Record<string, string> {
  return {
    'inin-ratelimit-count': count.toString(),
    'inin-ratelimit-allowed': allowed.toString(),
    'inin-ratelimit-reset': resetSeconds.toString(),
  };
}

function unauthorized(why: 'missing' | 'expired' | 'unknown'): ApiError {
  return why === 'missing'
    ? new ApiError(401, 'authentication.required', 'No authentication bearer token specified in authorization header.')
    : new ApiError(401, 'bad.credentials', 'Invalid login credentials.');
}
