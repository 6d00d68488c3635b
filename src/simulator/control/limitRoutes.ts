import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LimitSettings } from '../limits/limitSettings.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { LimitChange, missingIn } from '../limits/limitChange.js';

/**
 * Limits while the simulator runs, under `/control/limits`: `GET` lists them by name, `POST` adds one (`LimitSettings`), `PATCH
 * limits/<name>` changes its quantities (`LimitChange`), `DELETE limits/<name>` removes it. `GET limits/<name>/accepted` has the
 * instants of calls that got through.
 */
export function limitRoutes(server: FastifyInstance, { limits, now }: SimulatorContext): void {
  interface Named {
    Params: { name: string };
  }
  const unknown = (name: string) => ({
    message: `no limit has the name ${name}; there are: ${Object.keys(limits.list()).join(', ')}`,
  });

  server.get('/control/limits', () => limits.list());
  server.post('/control/limits', (request, reply) => {
    const limit = LimitSettings.safeParse(request.body);
    if (!limit.success) return reply.code(400).send({ message: z.prettifyError(limit.error) });
    return reply.code(201).send({ name: limits.add(limit.data) });
  });
  server.patch<Named>('/control/limits/:name', (request, reply) => {
    const { name } = request.params;
    const limit = limits.list()[name];
    if (!limit) return reply.code(404).send(unknown(name));
    const change = LimitChange.safeParse(request.body);
    if (!change.success) return reply.code(400).send({ message: z.prettifyError(change.error) });
    const missing = missingIn(limit, change.data);
    if (missing.length > 0)
      return reply
        .code(400)
        .send({ message: `a limit of the shape ${limit.shape} has no ${missing.join(' and no ')}` });
    limits.change(name, change.data, now());
    return reply.send(limits.list()[name]);
  });
  server.delete<Named>('/control/limits/:name', (request, reply) => {
    const { name } = request.params;
    return limits.remove(name) ? reply.code(204).send() : reply.code(404).send(unknown(name));
  });
  server.get<Named>('/control/limits/:name/accepted', (request, reply) => {
    const { name } = request.params;
    const instants = limits.acceptedInstants(name);
    return instants ? reply.send(instants) : reply.code(404).send(unknown(name));
  });
}
