import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that went through, by the wall clock in milliseconds. */
export interface RecordedCall {
  readonly call: string;
  readonly arrivedMs: number;
  answeredMs: number | null;
  status: number | null;
}

/** Stands between one worker and an organisation, so that a test sees which worker called when. */
export interface RecordingProxy {
  readonly url: string;
  readonly calls: readonly RecordedCall[];
  close(): Promise<void>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const calls: RecordedCall[] = [];
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', target);
    const call: RecordedCall = {
      call: `${incoming.method} ${url.pathname}`,
      arrivedMs: Date.now(),
      answeredMs: null,
      status: null,
    };
    calls.push(call);
    const onward = request(
      url,
      { method: incoming.method, headers: { ...incoming.headers, host: url.host } },
      (answer) => {
        call.answeredMs = Date.now();
        call.status = answer.statusCode ?? null;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  // A machine that stands still for five seconds must not make it close a connection on which a call is leaving.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
