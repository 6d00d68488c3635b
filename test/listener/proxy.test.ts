import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { proxyFor } from '../../src/listener/proxyFor.js';
import { proxyTunnel } from '../../src/listener/proxyTunnel.js';
import { testAuthority } from '../support/certificates.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const STREAMING = new URL('wss://streaming.mypurecloud.de/channels/1');

describe('the proxy of a channel', () => {
  const HTTPS_PROXY = 'http://proxy.example:3128';

  it('is the one that the environment names, but for what it exempts', () => {
    expect(proxyFor(STREAMING, { HTTPS_PROXY })?.host).toBe('proxy.example:3128');
    expect(proxyFor(STREAMING, {})).toBeNull();
    for (const NO_PROXY of ['*', 'mypurecloud.de', '.mypurecloud.de', 'a.example, streaming.mypurecloud.de:443'])
      expect(proxyFor(STREAMING, { HTTPS_PROXY, NO_PROXY })).toBeNull();
    for (const NO_PROXY of ['cloud.de', 'streaming.mypurecloud.de:8443', 'example'])
      expect(proxyFor(STREAMING, { HTTPS_PROXY, NO_PROXY })).not.toBeNull();
  });

  it('is none for this machine', () => {
    expect(proxyFor(new URL('ws://127.0.0.1:80/channels/1'), { HTTPS_PROXY })).toBeNull();
  });

  it('carries a socket that only its two ends can read, and is given its own credentials', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rosterline-proxy-'));
    closing.push(() => rm(directory, { recursive: true }));
    const authority = await testAuthority(directory);
    const own = await authority.sign('server');
    const server = createHttpsServer({ cert: await readFile(own.certificate), key: await readFile(own.key) });
    new WebSocketServer({ server }).on('connection', (socket) => socket.send('through the tunnel'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const { port } = server.address() as AddressInfo;

    const asked: unknown[] = [];
    let carried = '';
    const proxy = createHttpServer().on('connect', (request, socket) => {
      asked.push([request.url, request.headers['proxy-authorization']]);
      if (request.headers['proxy-authorization'] === undefined) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const upstream = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.on('data', (data: Buffer) => (carried += data.toString('latin1')));
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      closing.push(() => upstream.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closing.push(() => proxy.close());
    const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;

    const target = new URL(`wss://localhost:${port}/channels/1`);
    const ca = await readFile(authority.certificate);
    const open = (proxyUrl: string) =>
      new WebSocket(target, { ca, createConnection: proxyTunnel(new URL(proxyUrl), target, 5_000) as never });
    const socket = open(`http://user:pass%20word@${at}`);
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(data.toString()).toBe('through the tunnel');
    expect(carried).not.toContain('through the tunnel');
    expect(asked).toEqual([[`localhost:${port}`, `Basic ${Buffer.from('user:pass word').toString('base64')}`]]);
    socket.terminate();

    const [error] = (await once(open(`http://${at}`), 'error')) as [Error];
    expect(error.message).toBe('the proxy answered 407');
  });
});
