import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly body?: string | Buffer;
}

/** Answers a request, either with what it returns or by writing to the response itself (then it returns nothing). */
export type Script = (arrival: Arrival, response: ServerResponse) => Reply | undefined | Promise<Reply | undefined>;

export interface ScriptedServer {
  readonly url: string;
  readonly host: string;
  readonly arrivals: Arrival[];
  /** Arrivals whose path (without query) ends so. */
  arrivedAt(pathEnd: string): Arrival[];
  script: Script;
  close(): Promise<void>;
}

/** A real HTTP server on loopback that does what a test says. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const atMs = Date.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const arrival = { method, path, headers, body: Buffer.concat(chunks).toString('utf8'), atMs };
      arrivals.push(arrival);
      void Promise.resolve(scripted.script(arrival, response)).then((reply) => {
        if (reply !== undefined) write(response, reply);
      });
    });
  });
  // A machine that stands still for five seconds must not make it close a connection on which a call is leaving.
  server.keepAliveTimeout = 0;
  const scripted: ScriptedServer = {
    url: '',
    host: '',
    arrivals,
    arrivedAt: (pathEnd) => arrivals.filter(({ path }) => path.split('?')[0]?.endsWith(pathEnd)),
    script,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(scripted, { host, url: `http://${host}` });
}

function write(response: ServerResponse, { status = 200, headers = {}, json, body }: Reply): void {
  const bytes = Buffer.from(json === undefined ? (body ?? '') : JSON.stringify(json));
  response.writeHead(status, {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    'content-length': String(bytes.byteLength),
    ...headers,
  });
  response.end(bytes);
}
