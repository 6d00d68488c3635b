import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { rowsOf } from '../expectedRows.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { armFault } from './armFault.js';
import { ChaosSettings } from './chaos.js';
import { Fault } from './fault.js';

const ExpectedQuery = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  unit: z.union([z.string(), z.array(z.string())]).optional(),
  asOf: z.iso.datetime({ offset: true }).optional(),
  settled: z.stringbool().default(false),
});

/**
 * The simulator's own switches and counters under `/control`; Genesys has nothing like them, and clients must not use them.
 *
 * `GET counts`, `POST reset`; `GET|POST|DELETE faults` (`Fault`), `DELETE faults/<id or kind>`; `GET|POST|DELETE chaos`
 * (`ChaosSettings`); `GET expected?from&to[&unit][&asOf][&settled=true]` (the true rows, `ExpectedRows`).
 * `GET endpoints` is in `endpointRoutes`.
 */
export function controlRoutes(server: FastifyInstance, context: SimulatorContext): void {
  const { counters, faults, chaos, organisation, now } = context;
  server.get('/control/counts', () => counters.read());
  server.post('/control/reset', (_request, reply) => {
    counters.reset();
    return reply.code(204).send();
  });
  server.get('/control/faults', () => faults.list());
  server.post('/control/faults', (request, reply) => {
    const fault = Fault.safeParse(request.body);
    if (!fault.success) return reply.code(400).send({ message: z.prettifyError(fault.error) });
    return reply.code(201).send({ id: armFault(context, fault.data), ...fault.data });
  });
  server.delete('/control/faults', (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  server.delete<{ Params: { idOrKind: string } }>('/control/faults/:idOrKind', (request, reply) => {
    const { idOrKind } = request.params;
    if (faults.remove(idOrKind) > 0) return reply.code(204).send();
    return reply.code(404).send({ message: `no fault is armed with the id or of the kind ${idOrKind}` });
  });
  server.get('/control/chaos', () => ({ chaos: chaos.read() }));
  server.post('/control/chaos', (request, reply) => {
    const settings = ChaosSettings.safeParse(request.body);
    if (!settings.success) return reply.code(400).send({ message: z.prettifyError(settings.error) });
    chaos.begin(settings.data);
    return reply.code(201).send(settings.data);
  });
  server.delete('/control/chaos', (_request, reply) => {
    chaos.end();
    return reply.code(204).send();
  });
  server.get('/control/expected', (request, reply) => {
    const query = ExpectedQuery.safeParse(request.query);
    if (!query.success) return reply.code(400).send({ message: z.prettifyError(query.error) });
    const { from, to, unit, asOf, settled } = query.data;
    const units = unit === undefined ? {} : { managementUnits: [unit].flat() };
    return reply.send(
      rowsOf(organisation, { from, to, ...units, asOfMs: asOf === undefined ? now() : Date.parse(asOf), settled }),
    );
  });
}
