import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Failure } from '../domain/failure.js';
import { judgeQuiet } from '../domain/live/silence.js';
import { Lateness } from './lateness.js';
import type { ListenerParts } from './listenerParts.js';
import { proxyFor } from './proxyFor.js';
import { proxyTunnel } from './proxyTunnel.js';
import { type ChannelMessage, readMessage } from './readMessage.js';

/** Why a socket brings nothing any more. `cut`: it was closed, without anybody having said so before. */
export interface SocketEnd {
  readonly cause: 'cut' | 'silence' | 'unsubscribed' | 'tokenRevoked' | 'let go';
  readonly why: string;
}

/** The socket of a channel, open until `ended`. */
export interface ChannelSocket {
  readonly ended: Promise<SocketEnd>;
  /** By Genesys's clock, milliseconds since the epoch: its opening, or the last event or heartbeat. */
  lastMessageMs(): number;
  /** The same, less what this process was late: what it read may have lain there a while. */
  heardUntilMs(): number;
  /** Lets go of it. */
  close(): void;
}

/** A check that comes so late was kept waiting by this process, and what had come meanwhile may take more than one reading. */
const LATE_MS = 500;
/** For a closing handshake; then the socket is destroyed. */
const CLOSE_WITHIN_MS = 1_000;

/**
 * Opens a channel's socket and watches that it stays alive.
 *
 * Nothing is sent but pings: no token, no header of ours. No redirect is followed. It goes through the proxy that the environment names.
 *
 * @param url checked by `channelAddress`.
 * @param heard called with each message in the order in which they came, but for heartbeats and pongs.
 * @throws Failure `Transient` where it does not open in time.
 */
export async function openSocket(
  url: URL,
  { clock, settings }: Pick<ListenerParts, 'clock' | 'settings'>,
  heard: (message: ChannelMessage) => void,
): Promise<ChannelSocket> {
  const proxy = proxyFor(url);
  const socket = new WebSocket(url, {
    handshakeTimeout: settings.handshakeTimeoutMs,
    maxPayload: settings.largestMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
    ...(proxy === null ? {} : { createConnection: proxyTunnel(proxy, url, settings.handshakeTimeoutMs) as never }),
  });
  let tellEnd: (end: SocketEnd) => void = () => undefined;
  const ended = new Promise<SocketEnd>((resolve) => {
    tellEnd = resolve;
  });
  const quiet = {
    heardMs: clock.steadyMs(),
    anyMs: clock.steadyMs(),
    pingedMs: null as number | null,
    hasPonged: false,
  };
  let lastMessageMs = clock.genesysMs();
  let check: NodeJS.Timeout | undefined;
  let isOver = false;
  const lateness = new Lateness(clock);
  let lateMs: number | null = null;

  const end = (cause: SocketEnd['cause'], why: string): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(check);
    lateMs = lateness.ms;
    lateness.close();
    tellEnd({ cause, why });
    // Who says nothing answers no closing handshake either.
    if (cause === 'silence') socket.terminate();
    else socket.close();
    setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS).unref();
  };

  const onMessage = (data: Buffer): void => {
    if (isOver) return;
    quiet.anyMs = clock.steadyMs();
    quiet.pingedMs = null;
    const message = readMessage(data.toString('utf8'));
    if (message.kind === 'pong') {
      quiet.hasPonged = true;
      return;
    }
    quiet.heardMs = quiet.anyMs;
    lastMessageMs = clock.genesysMs();
    if (message.kind === 'over') end(message.cause, message.reason ?? 'without a reason');
    else if (message.kind !== 'heartbeat') heard(message);
  };

  const ping = (): void => {
    quiet.pingedMs = clock.steadyMs();
    socket.send('{"message":"ping"}', () => undefined);
  };

  const lookIn = (ms: number): void => {
    // What came with the very opening may have been its end.
    if (isOver) return;
    const dueMs = clock.steadyMs() + ms;
    check = setTimeout(() => {
      // What lies in the socket is read first: judged at once, a busy process would take itself for a dead server.
      if (clock.steadyMs() - dueMs > LATE_MS) lookIn(LATE_MS);
      else setImmediate(judge);
    }, ms);
  };

  const judge = (): void => {
    if (isOver) return;
    const nowMs = clock.steadyMs();
    const verdict = judgeQuiet(quiet, settings, nowMs);
    if (verdict.what === 'lost') {
      end('silence', `nothing came for ${Math.round((nowMs - quiet.anyMs) / 1000)} s`);
      return;
    }
    if (verdict.what === 'ping') ping();
    lookIn(verdict.what === 'wait' ? verdict.ms : settings.pongWithinMs);
  };

  // From the beginning: what comes with the handshake's answer is read before anybody could be told that it is open.
  socket.on('message', onMessage);
  const failed = new Promise<never>((_, reject) => {
    socket.on('error', (error) => {
      reject(notOpened(url.host, error));
      end('cut', errorText(error));
    });
  });
  socket.on('close', (code) => end('cut', `the socket was closed (${code})`));
  await Promise.race([once(socket, 'open'), failed]);
  failed.catch(() => undefined);

  Object.assign(quiet, { heardMs: clock.steadyMs(), anyMs: clock.steadyMs() });
  lastMessageMs = clock.genesysMs();
  // Asked at once: only who is known to answer pings is missed when the answer does not come.
  ping();
  lookIn(Math.min(settings.pingAfterMs, settings.silenceMs));
  return {
    ended,
    lastMessageMs: () => lastMessageMs,
    heardUntilMs: () => lastMessageMs - (lateMs ?? lateness.ms),
    close: () => end('let go', 'let go'),
  };
}

function notOpened(host: string, error: Error): Failure {
  return new Failure(
    'Transient',
    `The socket of a notification channel at ${host} did not open: ${errorText(error)}. It is tried again.`,
  );
}

/** Node's code or the library's words: neither holds the address. */
function errorText(error: Error & { code?: string }): string {
  return error.code ?? error.message.replace(/\bwss?:\S+/g, 'its address');
}
