import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createTransport } from '../../src/genesys/transport.js';
import { type ScriptedServer, startScriptedServer } from './support/scriptedServer.js';

let server: ScriptedServer;
let proxy: Server;
afterEach(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await server.close();
});

describe('a proxy that the environment names', () => {
  it('is used for other machines, and never for this one', async () => {
    server = await startScriptedServer(({ path }) => ({ json: { path } }));
    const tunnels: string[] = [];
    proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const [host = '', port = ''] = server.host.split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const transport = createTransport({ HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    const get = async (url: string) => {
      const { body } = await transport.send({ method: 'GET', url: new URL(url), headers: {}, leave: () => null });
      for await (const chunk of body) expect(chunk).toBeDefined();
    };
    await get('http://elsewhere.example/a');
    expect(tunnels).toEqual(['elsewhere.example:80']);
    await get(`${server.url}/b`);
    expect(tunnels).toHaveLength(1);
    expect(server.arrivals.map(({ path }) => path)).toEqual(['/a', '/b']);
    await transport.close();
  });
});
