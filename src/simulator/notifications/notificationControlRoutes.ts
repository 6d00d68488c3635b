import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { LiveSettings } from '../live/liveSettings.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { notificationControls } from './notificationControls.js';
import { NotificationFault } from './notificationFaults.js';

const LiveChange = z.strictObject({
  eventsPerSecond: LiveSettings.shape.eventsPerSecond.unwrap().optional(),
  /** So many moves at once. */
  moves: z.number().int().nonnegative().max(100_000).optional(),
  /** Somebody who belongs to their unit no longer. */
  leaves: z.string().min(1).optional(),
});

/**
 * Switches for notification channels and what agents do now, under `/control`: `GET notifications` (channels, counts, moments),
 * `GET notifications/messages?from` and `POST notifications` (`NotificationFault`); `GET live` (every agent of now) and `POST live`
 * (`eventsPerSecond`, `moves`, `leaves`).
 */
export function notificationControlRoutes(server: FastifyInstance, context: SimulatorContext): void {
  const controls = notificationControls(context);
  server.get('/control/notifications', () => ({
    ...controls.counts(),
    channels: controls.channels(),
    moments: controls.moments(),
  }));
  server.get<{ Querystring: { from?: string } }>('/control/notifications/messages', ({ query }) =>
    controls.messages(Number(query.from ?? 1)),
  );
  server.post('/control/notifications', (request, reply) => {
    const fault = NotificationFault.safeParse(request.body);
    if (!fault.success) return reply.code(400).send({ message: z.prettifyError(fault.error) });
    try {
      return reply.code(201).send({ channels: controls.befall(fault.data) });
    } catch (error) {
      if (error instanceof RangeError) return reply.code(404).send({ message: error.message });
      throw error;
    }
  });
  server.get('/control/live', () => ({
    eventsPerSecond: context.live.eventsPerSecond,
    moves: context.live.moves,
    agents: controls.agents(),
  }));
  server.post('/control/live', (request, reply) => {
    const change = LiveChange.safeParse(request.body);
    if (!change.success) return reply.code(400).send({ message: z.prettifyError(change.error) });
    const { eventsPerSecond, moves, leaves } = change.data;
    if (eventsPerSecond !== undefined) controls.setEventsPerSecond(eventsPerSecond);
    if (moves !== undefined) controls.move(moves);
    try {
      if (leaves !== undefined) controls.leave(leaves);
    } catch (error) {
      if (error instanceof RangeError) return reply.code(404).send({ message: error.message });
      throw error;
    }
    return reply.send({ eventsPerSecond: context.live.eventsPerSecond, moves: context.live.moves });
  });
}
