import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ScheduleEdit } from '../schedules/scheduleEdit.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { syncControls } from './syncControls.js';
import { RouteEvent, type SyncEvent, SyncScript, TrunkEvent } from './syncEvent.js';

/**
 * Switches for what a trunk sync reads and writes, under `/control`: `GET telephony` (everything as it is), `GET writes` and `DELETE
 * writes`; `POST trunks` (`TrunkEvent`), `POST schedules` (`ScheduleEdit`), `POST routes/<id>` (`RouteEvent`), `DELETE rows/<key>`, `POST
 * script` (`SyncScript`). All answer what there is afterwards.
 */
export function syncControlRoutes(server: FastifyInstance, context: SimulatorContext): void {
  const controls = syncControls(context);
  server.get('/control/telephony', () => controls.facts());
  server.get('/control/writes', () => controls.writes());
  server.delete('/control/writes', (_request, reply) => {
    controls.forgetWrites();
    return reply.code(204).send();
  });
  server.post('/control/trunks', (request, reply) =>
    answer(reply, TrunkEvent, request.body, (event) => ({ kind: 'trunks', ...event })),
  );
  server.post('/control/schedules', (request, reply) =>
    answer(reply, ScheduleEdit, request.body, (event) => ({ kind: 'schedules', ...event })),
  );
  server.post<{ Params: { id: string } }>('/control/routes/:id', (request, reply) =>
    answer(reply, RouteEvent, request.body, (event) => ({ kind: 'route', id: request.params.id, ...event })),
  );
  server.delete<{ Params: { key: string } }>('/control/rows/:key', (request, reply) =>
    answer(reply, z.unknown(), null, () => ({ kind: 'deleteRow', key: request.params.key })),
  );
  server.post('/control/script', (request, reply) => {
    const script = SyncScript.safeParse(request.body);
    if (!script.success) return reply.code(400).send({ message: z.prettifyError(script.error) });
    const endsAtMs = context.syncEvents.schedule(script.data);
    return reply.code(201).send({ events: script.data.length, endsAt: new Date(endsAtMs).toISOString() });
  });

  function answer<T>(reply: FastifyReply, schema: z.ZodType<T>, body: unknown, eventOf: (body: T) => SyncEvent) {
    const parsed = schema.safeParse(body);
    if (!parsed.success) return reply.code(400).send({ message: z.prettifyError(parsed.error) });
    try {
      context.syncEvents.happen(eventOf(parsed.data));
    } catch (error) {
      if (error instanceof RangeError) return reply.code(404).send({ message: error.message });
      throw error;
    }
    return reply.send(controls.facts());
  }
}
