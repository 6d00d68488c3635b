import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';

type Connected = (error: Error | null, socket?: Socket) => void;

/** How a socket is connected, as Node's HTTP client wants it: the connection may be given later. */
export type CreateConnection = (options: ConnectionOptions, connected: Connected) => undefined;

/**
 * Connects through a proxy: a tunnel to the host, and TLS with the host inside it, so that the proxy reads nothing.
 *
 * Credentials in the proxy's address are sent to it alone. What goes wrong is told without them.
 */
export function proxyTunnel(proxy: URL, target: URL, withinMs: number): CreateConnection {
  const path = `${target.hostname}:${target.port || '443'}`;
  const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  return (options, connected) => {
    const asking = send({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path,
      headers: { host: path, ...credentials(proxy) },
      agent: false,
      timeout: withinMs,
    });
    asking.once('timeout', () => asking.destroy(new Error('the proxy did not answer in time')));
    asking.once('error', (error) => connected(error));
    asking.once('connect', ({ statusCode }: IncomingMessage, tunnel: Socket) => {
      if (statusCode === 200) {
        connected(
          null,
          tlsConnect({ ...options, socket: tunnel, servername: target.hostname, ALPNProtocols: ['http/1.1'] }),
        );
        return;
      }
      tunnel.destroy();
      connected(new Error(`the proxy answered ${statusCode ?? 'nothing'}`));
    });
    asking.end();
    return undefined;
  };
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
