import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CallMet } from '../control/faults.js';
import { retryAdvice } from '../control/retryAfterForm.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ApiError, tooManyRequests } from './apiError.js';
import { FixedWindow } from './fixedWindow.js';
import { requireRights } from './rights.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The OAuth client behind the call; empty where nobody is. */
    clientId: string;
    arrivedAtMs: number;
    met: CallMet;
  }
}

/**
 * Lets calls under `/api/v2` in, or not: token first, then the token's limit, then the throttles that were injected, then rights.
 *
 * The limit counts by OAuth client, where Genesys counts by token: stricter on purpose, so that nobody gets round it by
 * asking for a second token. Refused calls count too.
 */
export function admitApiCalls(api: FastifyInstance, context: SimulatorContext): void {
  const { settings, tokens, counters, faults, now } = context;
  const windows = new Map<string, FixedWindow>();

  api.addHook('onRequest', (request, reply, done) => {
    const client = tokens.clientOf(request.headers.authorization);
    if (typeof client === 'string') throw unauthorized(client);
    const { clientId } = client;
    request.clientId = clientId;
    counters.made++;
    const { path } = request.met;
    const call = { clientId, method: request.method, path };
    counters.gates.arrived(call, request.arrivedAtMs);

    countAgainstLimit(reply, clientId, (retryAfter) => {
      const untilMs = now() + retryAfter * 1000;
      counters.gates.refused(call, untilMs, (other) => other.clientId === clientId, now());
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

  function countAgainstLimit(reply: FastifyReply, clientId: string, refused: (retryAfter: number) => void): void {
    const allowed = settings.tokenLimitPerMinute;
    if (allowed === null) return;
    let window = windows.get(clientId);
    if (!window) windows.set(clientId, (window = new FixedWindow(allowed, 60_000)));
    const { admitted, count, resetSeconds } = window.count(now());
    reply.headers({
      'inin-ratelimit-count': count.toString(),
      'inin-ratelimit-allowed': allowed.toString(),
      'inin-ratelimit-reset': resetSeconds.toString(),
    });
    if (admitted) return;
    refused(resetSeconds);
    throw tooManyRequests(retryAdvice(resetSeconds, now()), {
      key: 'client.credentials.token.rate.per.minute',
      namespace: 'platform.api',
      value: allowed,
    });
  }
}

function unauthorized(why: 'missing' | 'expired' | 'unknown'): ApiError {
  return why === 'missing'
    ? new ApiError(401, 'authentication.required', 'No authentication bearer token specified in authorization header.')
    : new ApiError(401, 'bad.credentials', 'Invalid login credentials.');
}
