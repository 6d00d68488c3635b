import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.js';
import type { SimulatorCalls } from './simulatorCalls.js';

export const CHANNELS = '/api/v2/notifications/channels';

/** A message as a socket brought it. */
export interface Message {
  readonly topicName: string;
  readonly eventBody: Record<string, never> & { [key: string]: unknown };
}

/** A channel and its socket, as somebody would use them who only has the API's documentation. */
export interface ChannelListener {
  readonly id: string;
  readonly connectUri: string;
  readonly messages: Message[];
  readonly texts: string[];
  /** Resolved with the code, once the socket is closed. */
  readonly closed: Promise<number>;
  subscribe(topics: readonly string[], query?: string): ReturnType<SimulatorCalls['send']>;
  send(message: unknown): void;
  /** Waits for a message of a topic. */
  heard(topicName: string): Promise<Message>;
  close(): void;
}

/** Makes a channel, connects to it, and subscribes to topics. */
export async function channelListener(calls: SimulatorCalls, topics: readonly string[] = []): Promise<ChannelListener> {
  const { body } = await calls.send('POST', CHANNELS);
  const { id, connectUri } = body as unknown as { id: string; connectUri: string };
  const listener = await connected(calls, id, connectUri);
  if (topics.length > 0) await listener.subscribe(topics);
  return listener;
}

/** Connects to a channel that exists. */
export async function connected(calls: SimulatorCalls, id: string, connectUri: string): Promise<ChannelListener> {
  const socket = new WebSocket(connectUri);
  const messages: Message[] = [];
  const texts: string[] = [];
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    texts.push(text);
    try {
      messages.push(JSON.parse(text) as Message);
    } catch {
      // It stands among the texts.
    }
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return {
    id,
    connectUri,
    messages,
    texts,
    closed,
    subscribe: async (topics, query = '') =>
      await calls.send(
        'PUT',
        `${CHANNELS}/${id}/subscriptions${query}`,
        topics.map((topic) => ({ id: topic })),
      ),
    send: (message) => {
      socket.send(JSON.stringify(message));
    },
    heard: async (topicName) =>
      await eventually(`a message of ${topicName}`, () => messages.find((one) => one.topicName === topicName), 20_000),
    close: () => {
      socket.terminate();
    },
  };
}
