import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { CertificateFiles } from './certificates.js';

/** A Temporal server behind TLS, as a company's gateway or Temporal Cloud has it. */
export interface TemporalTlsProxy {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** Values of the header `authorization` that calls had, each once; '' for calls without. */
  readonly authorizations: ReadonlySet<string>;
  /** Subjects (CN) of the certificates that clients showed. */
  readonly clients: ReadonlySet<string>;
  close(): Promise<void>;
}

/**
 * Ends TLS in front of a plain Temporal server, and passes each gRPC call on.
 *
 * @param options.authority a client must show a certificate that it signed; without one none is asked for.
 * @param options.apiKey calls that do not carry it are refused, as Temporal Cloud does.
 */
export async function temporalTlsProxy(
  upstream: string,
  server: CertificateFiles,
  options: { readonly authority?: string; readonly apiKey?: string },
): Promise<TemporalTlsProxy> {
  const authorizations = new Set<string>();
  const clients = new Set<string>();
  const sessions = new Set<http2.Http2Session>();
  let behind = connected(upstream);
  // The server ends connections that are idle or old.
  const current = () => (behind.closed || behind.destroyed ? (behind = connected(upstream)) : behind);
  const proxy = http2.createSecureServer({
    cert: readFileSync(server.certificate),
    key: readFileSync(server.key),
    ...(options.authority ? { ca: readFileSync(options.authority), requestCert: true, rejectUnauthorized: true } : {}),
  });
  proxy.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
    const subject = (
      session.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }
    ).getPeerCertificate().subject?.CN;
    if (subject !== undefined) clients.add(subject);
  });
  proxy.on('sessionError', () => undefined);
  proxy.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    authorizations.add(headers.authorization ?? '');
    if (options.apiKey !== undefined && headers.authorization !== `Bearer ${options.apiKey}`) {
      const refused = { 'grpc-status': '16', 'grpc-message': 'Request unauthorized.' };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...refused }, { endStream: true });
      return;
    }
    pass(current(), stream, headers);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    authorizations,
    clients,
    close: async () => {
      const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
      for (const session of sessions) session.destroy();
      behind.destroy();
      await closed;
    },
  };
}

function connected(upstream: string): http2.ClientHttp2Session {
  return http2.connect(`http://${upstream}`).on('error', () => undefined);
}

function pass(
  behind: http2.ClientHttp2Session,
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
): void {
  const call = behind.request({ ...withoutPseudo(headers), ':method': headers[':method'], ':path': headers[':path'] });
  let trailers: http2.OutgoingHttpHeaders = {};
  call.on('error', () => stream.destroy());
  stream.on('aborted', () => call.close(http2.constants.NGHTTP2_CANCEL));
  call.on('trailers', (said: http2.IncomingHttpHeaders) => (trailers = withoutPseudo(said)));
  call.on('response', (answer, flags) => {
    const endStream = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(
      { ...withoutPseudo(answer), ':status': answer[':status'] ?? 200 },
      { endStream, waitForTrailers: !endStream },
    );
    if (endStream) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.pipe(stream);
  });
  stream.pipe(call);
}

function withoutPseudo(headers: http2.IncomingHttpHeaders): http2.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}
