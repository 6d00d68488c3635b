import net from 'node:net';
import tls from 'node:tls';
import { Failure } from '../domain/failure.js';
import type { TemporalSettings } from './connectionSettings.js';

type ConnectionOptions = TemporalSettings['connectionOptions'];

/** How long a second look at a server that gave no answer may take. */
const LOOK_WITHIN_MS = 10_000;
/**
 * How a client of HTTP/2 begins (RFC 9113, 3.4), with settings that change nothing: a server answers with its own. One that refuses a
 * client's certificate says so only after the handshake (TLS 1.3), in the place of that answer.
 */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/**
 * Why a Temporal server gives no answer, in plain words with what to do.
 *
 * Looks once more by itself: the client tells of a failed handshake only that its time was up.
 *
 * @param error what the client or the native connection threw.
 */
export async function connectionTrouble(options: ConnectionOptions, error: unknown): Promise<string> {
  const { address } = options;
  const said = wordsOf(error);
  if (/NOT_FOUND|namespace .*not found/i.test(said))
    return `the server at ${address} has no such namespace: make it (temporal operator namespace create), or set TEMPORAL_NAMESPACE`;
  if (/UNAUTHENTICATED|PERMISSION_DENIED|unauthorized/i.test(said))
    return `the server at ${address} refuses this client: check TEMPORAL_API_KEY (or the profile's api_key) or the client certificate, and the namespace`;
  const found = await lookAgain(options);
  switch (found.is) {
    case 'unreachable':
      return `no Temporal server answers at ${address}${found.why}: start one with 'rosterline dev', or set TEMPORAL_ADDRESS (or TEMPORAL_PROFILE)`;
    case 'untrusted':
      return `TLS with ${address} fails: check TEMPORAL_TLS_* (or the profile's tls): the authority, the server's name, this client's certificate${found.why}`;
    case 'silent':
      return `something answers at ${address}, but no Temporal server${found.why}`;
  }
}

/** Runs a connection's start. @throws Failure `Blocked` when no server answers, or it refuses. */
export async function reached<T>(options: ConnectionOptions, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    throw new Failure('Blocked', await connectionTrouble(options, error), {}, { cause: error });
  }
}

interface Look {
  readonly is: 'unreachable' | 'untrusted' | 'silent';
  /** In parentheses, or an advice; empty where nothing is known. */
  readonly why: string;
}

async function lookAgain({ address, tls: secured }: ConnectionOptions): Promise<Look> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const reachable = await outcomeOf(net.connect({ host, port: Number(port) }), 'connect');
  if (reachable !== null) return { is: 'unreachable', why: ` (${reachable})` };
  if (!secured)
    return { is: 'silent', why: '; where the server wants TLS, set TEMPORAL_TLS=true (or tls in the profile)' };
  const { serverNameOverride, serverRootCACertificate: ca, clientCertPair } = secured === true ? {} : secured;
  const name = serverNameOverride ?? host;
  const socket = tls.connect({
    host,
    port: Number(port),
    ALPNProtocols: ['h2'],
    // An address is no name that could be asked for.
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(clientCertPair ? { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) } : {}),
  });
  socket.once('secureConnect', () => socket.write(PREFACE));
  const shaken = await outcomeOf(socket, 'data');
  return shaken === null ? { is: 'silent', why: ' behind its TLS' } : { is: 'untrusted', why: ` (${shaken})` };
}

/** What became of a socket: null when it came as far as the event, else what was said. */
async function outcomeOf(socket: net.Socket, event: string): Promise<string | null> {
  try {
    return await new Promise((resolve) => {
      socket.setTimeout(LOOK_WITHIN_MS, () => resolve('no answer in time'));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(reasonOf(error)));
      socket.once('close', () => resolve('closed without an answer'));
      socket.once(event, () => resolve(null));
    });
  } finally {
    socket.destroy();
  }
}

/** OpenSSL's texts name its own source files: the code says the same. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return message.includes(':SSL ') || code === 'ECONNREFUSED' ? (code ?? 'TLS alert') : message;
}

/** An error's words and those of what caused it: which of them says why differs between client and native connection. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let one: unknown = error; one instanceof Error && words.length < 5; one = one.cause) words.push(one.message);
  return words.length > 0 ? words.join('\n') : String(error);
}
