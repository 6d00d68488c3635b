import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type WebSocket, WebSocketServer } from 'ws';
import { openSocket } from '../../src/listener/channelSocket.js';
import { LISTENER_DEFAULTS, type ListenerSettings } from '../../src/listener/listenerParts.js';
import type { ChannelMessage } from '../../src/listener/readMessage.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that does with a socket what a test says. */
async function serving(onSocket: (socket: WebSocket) => void): Promise<URL> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', onSocket);
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/channels/secret-path`);
}

async function opening(url: URL, settings: Partial<ListenerSettings> = {}) {
  const heard: ChannelMessage[] = [];
  const clock = { genesysMs: () => Date.now(), steadyMs: () => performance.now(), wallMs: () => Date.now() };
  const parts = { clock, settings: { ...LISTENER_DEFAULTS, ...settings } };
  const socket = await openSocket(url, parts, (message) => heard.push(message));
  closing.push(() => socket.close());
  return { socket, heard };
}

function message(topicName: string, eventBody: object = {}): string {
  return JSON.stringify({ topicName, eventBody });
}

describe('the socket of a channel', () => {
  it('hears what comes with the very opening', async () => {
    const url = await serving((socket) => socket.send(message('v2.users.user-1.routingStatus')));
    const { socket, heard } = await opening(url, { silenceMs: 300 });
    expect(await socket.ended).toMatchObject({ cause: 'silence' });
    expect(heard).toMatchObject([{ kind: 'event', topic: 'v2.users.user-1.routingStatus' }]);
  });

  it('is lost after the silence that is set, where the server answers no pings', async () => {
    const url = await serving(() => undefined);
    const startedMs = performance.now();
    const { socket } = await opening(url, { silenceMs: 500, pingAfterMs: 50, pongWithinMs: 50 });
    expect(await socket.ended).toMatchObject({ cause: 'silence' });
    expect(performance.now() - startedMs).toBeGreaterThan(480);
  });

  it('is lost where heartbeats stay away, even of a server that answers pings', async () => {
    const url = await serving((socket) =>
      socket.on('message', () => socket.send(message('channel.metadata', { message: 'pong' }))),
    );
    const { socket } = await opening(url, { silenceMs: 500, pingAfterMs: 50, pongWithinMs: 400 });
    expect(await socket.ended).toMatchObject({ cause: 'silence' });
  });

  it('lives on heartbeats', async () => {
    let left = 4;
    const url = await serving((socket) => {
      const beating = setInterval(() => {
        if (left-- > 0) socket.send(message('channel.metadata', { message: 'WebSocket Heartbeat' }));
        else socket.close();
      }, 200);
      closing.push(() => clearInterval(beating));
    });
    const { socket } = await opening(url, { silenceMs: 600 });
    expect(await socket.ended).toMatchObject({ cause: 'cut', why: expect.stringContaining('closed') });
  });

  it('is not lost for what had come, but could not be read because this process was busy', async () => {
    const [accepted, quiet] = [[] as WebSocket[], new Int32Array(new SharedArrayBuffer(4))];
    const url = await serving((socket) => accepted.push(socket));
    const { socket, heard } = await opening(url, { silenceMs: 300 });
    accepted[0]?.send(message('v2.users.user-1.routingStatus'));
    Atomics.wait(quiet, 0, 0, 400);
    accepted[0]?.close();
    expect(await socket.ended).toMatchObject({ cause: 'cut' });
    expect(heard).toMatchObject([{ kind: 'event' }]);
  });

  it('is over when the server says so, before it closes', async () => {
    const url = await serving((socket) => socket.send(message('v2.system.no_longer_subscribed', { reason: 'why' })));
    const { socket } = await opening(url);
    expect(await socket.ended).toEqual({ cause: 'unsubscribed', why: 'why' });
  });

  it('does not wait for a server that never answers the handshake, and tells nothing of the address', async () => {
    const server: Server = createServer((socket) => closing.push(() => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/channels/secret-path`);
    const error = await opening(url, { handshakeTimeoutMs: 200 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Transient', message: expect.stringContaining('did not open') });
    expect((error as Error).message).not.toContain('secret-path');
  });
});
