import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api/apiError.js';
import type { SimulatorContext } from '../simulatorContext.js';
import { ChannelSocket } from './channelSocket.js';

/** What a client sends is a word: a message larger than this ends the connection. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * `connectUri` of a channel: events from the moment it is open. The URI itself is the credential. A channel that is not known is
 * refused with 404 before the upgrade (a guess).
 */
export async function socketRoute(server: FastifyInstance, { channels, now }: SimulatorContext): Promise<void> {
  await server.register(websocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES },
    preClose(done) {
      // Who does not answer a close must not hold up the end.
      channels.close();
      for (const client of this.websocketServer.clients) client.terminate();
      done();
    },
  });
  server.get<{ Params: { channelId: string } }>(
    '/channels/:channelId',
    {
      websocket: true,
      preValidation: (request, _reply, done) => {
        const { channelId } = request.params;
        if (!channels.of(channelId)) throw new ApiError(404, 'not.found', `Channel ${channelId} was not found`);
        done();
      },
    },
    (socket, request) => {
      const channel = channels.of(request.params.channelId);
      if (channel) channels.connect(channel, new ChannelSocket(socket, channels.settings.heartbeatSeconds, now));
      else socket.close();
    },
  );
}
