import { channelAddress } from '../domain/live/channelAddress.js';
import type { TopicAnswer } from '../domain/live/channelCalls.js';
import { lifeMs } from '../domain/live/channelLife.js';
import { Failure } from '../domain/failure.js';
import { type ChannelSocket, openSocket, type SocketEnd } from './channelSocket.js';
import type { ListenerParts } from './listenerParts.js';
import type { ChannelMessage } from './readMessage.js';
import { subscribeTopics } from './subscribeTopics.js';

/** A channel that is open and subscribed. */
export interface OpenChannel {
  readonly id: string;
  readonly socket: ChannelSocket;
  readonly ended: Promise<SocketEnd>;
  /** Of each topic asked for, what became of it. */
  readonly answers: readonly TopicAnswer[];
  /** How long it lives from a subscription on. Milliseconds. */
  readonly lifeMs: number;
}

/**
 * Makes a channel, opens its socket and subscribes, in this order: so nothing falls between the subscription and the socket.
 *
 * @param heard called with what comes, from the opening of the socket on.
 * @throws Failure as the calls do; `Blocked` for an address of another region; `Transient` where it takes too long or breaks.
 */
export async function openChannel(
  parts: ListenerParts,
  topics: readonly string[],
  heard: (message: ChannelMessage) => void,
): Promise<OpenChannel> {
  const { calls, clock, hosts } = parts;
  const channel = await calls.createChannel();
  const life = lifeMs(channel.expiresMs, clock.genesysMs());
  const socket = await openSocket(channelAddress(channel.connectUri, hosts), parts, heard);
  try {
    const answers = await Promise.race([
      subscribeTopics(calls, channel.id, topics, 'replace'),
      socket.ended.then(({ why }) => {
        throw new Failure(
          'Transient',
          `A notification channel broke before it was subscribed: ${why}. It is tried again.`,
        );
      }),
    ]);
    return { id: channel.id, socket, ended: socket.ended, answers, lifeMs: life };
  } catch (error) {
    socket.close();
    throw error;
  }
}
