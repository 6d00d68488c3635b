import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived, and what became of it. */
export interface ProxiedRequest {
  /** Such as `PUT /bucket/key?partNumber=1&uploadId=…`. */
  readonly call: string;
  readonly range: string | undefined;
  /** Bytes of the answer's body that were handed on. */
  answeredBytes: number;
}

/** What happens to a request instead of being handed on whole. */
export type Fault =
  /** This answer; the server behind never hears of it. */
  | { readonly answer: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The server behind does what is asked, and nobody hears of it. */
  | 'answer lost'
  /** The server behind never hears of it, and neither does whoever asked. */
  | 'never answered'
  /** The connection breaks after so many bytes of the answer's body. */
  | { readonly cutAfter: number };

/** Stands before a server and does with requests what a test says. Nothing else is changed, so that signatures hold. */
export interface FaultyProxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** Replaces what is done with the requests that follow; null hands one on. */
  meets(fault: (call: string) => Fault | null): void;
  /** Requests that match, in order. */
  seen(pattern: RegExp): ProxiedRequest[];
  close(): Promise<void>;
}

/** An error as S3 tells it. */
export function s3Error(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Fault {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as a test asked</Message></Error>`;
  return { answer: status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** A fault for the first so many requests that match. */
export function first(times: number, pattern: RegExp, fault: Fault): (call: string) => Fault | null {
  let left = times;
  return (call) => (pattern.test(call) && left-- > 0 ? fault : null);
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const requests: ProxiedRequest[] = [];
  let faultOf: (call: string) => Fault | null = () => null;
  const server = createServer((incoming, outgoing) => {
    const record = { call: `${incoming.method} ${incoming.url}`, range: incoming.headers.range, answeredBytes: 0 };
    requests.push(record);
    const fault = faultOf(record.call);
    if (fault === 'never answered') {
      incoming.resume();
    } else if (fault !== null && typeof fault === 'object' && 'answer' in fault) {
      incoming.resume();
      incoming.on('end', () => outgoing.writeHead(fault.answer, fault.headers).end(fault.body));
    } else {
      handOn(target, incoming, outgoing, record, fault);
    }
  });
  // A machine that stands still for five seconds must not make it close a connection on which a call is leaving.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    meets(fault) {
      faultOf = fault;
    },
    seen: (pattern) => requests.filter(({ call }) => pattern.test(call)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function handOn(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  record: ProxiedRequest,
  fault: 'answer lost' | { readonly cutAfter: number } | null,
): void {
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? '/', target), { method, headers }, (answer) => {
    if (fault === 'answer lost') {
      answer.resume();
      answer.on('end', () => outgoing.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('data', (chunk: Buffer) => {
      const room = (fault?.cutAfter ?? Number.POSITIVE_INFINITY) - record.answeredBytes;
      const part = chunk.subarray(0, Math.max(0, room));
      record.answeredBytes += part.byteLength;
      // Cut only once it has left: what is destroyed at once is lost from the buffer too.
      const cut = part.byteLength < chunk.byteLength ? () => outgoing.destroy() : undefined;
      if (!outgoing.destroyed) outgoing.write(part, cut);
    });
    answer.on('end', () => outgoing.end());
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
