import type { FastifyInstance } from 'fastify';
import type { SimulatorContext } from '../simulatorContext.js';
import { tooManyRequests } from './apiError.js';

/** Refuses writes about trunks in failover, where the organisation does so: after everything else that a call has to pass. */
export function refuseFailoverWrites(
  api: FastifyInstance,
  { failoverWrites, counters, now }: Pick<SimulatorContext, 'failoverWrites' | 'counters' | 'now'>,
): void {
  api.addHook('preHandler', (request, _reply, done) => {
    const { method, path } = request.met;
    const refusal = failoverWrites.meet(method, path, request.body);
    if (!refusal) {
      done();
      return;
    }
    const call = { clientId: request.clientId, method, path };
    // A row that is added says in its body alone what it is about: the ledger of gates cannot see it come.
    if (refusal.isTooEarly && !refusal.covers(call)) counters.gates.inside++;
    counters.gates.refused(call, refusal.untilMs, refusal.covers, now());
    const seconds = refusal.retryAfterSeconds.toString();
    throw tooManyRequests({ header: seconds, body: `[${seconds}] seconds` });
  });
}
