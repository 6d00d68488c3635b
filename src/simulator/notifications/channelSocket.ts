import { randomUUID } from 'node:crypto';

/** Why a socket was closed, by whom it was closed. `client`: the other side. */
export type CloseCause = 'client' | 'cut' | 'closing' | 'evicted' | 'expired' | 'tokenRevoked' | 'replaced' | 'stopped';

/** What is used of a WebSocket, whichever copy of the library made it. */
interface Socket {
  readonly readyState: number;
  readonly OPEN: number;
  on(event: 'message', heard: (data: Buffer) => void): unknown;
  on(event: 'error' | 'close', heard: () => void): unknown;
  send(text: string): void;
  close(code: number): void;
  terminate(): void;
}

/** WebSocket's code for a server that goes away. */
const GOING_AWAY = 1001;

/** The socket of a channel: events, heartbeats and answers to pings, until it is closed. */
export class ChannelSocket {
  #silentUntilMs = -Infinity;
  #pongsInSilence = false;
  #cause: CloseCause | null = null;
  readonly #heartbeat: NodeJS.Timeout;
  #closing: NodeJS.Timeout | null = null;
  /** Told once, when the socket is closed. */
  onClosed: (cause: CloseCause) => void = () => undefined;

  constructor(
    private readonly socket: Socket,
    heartbeatSeconds: number,
    private readonly now: () => number,
  ) {
    this.#heartbeat = setInterval(() => this.send(metadata('WebSocket Heartbeat')), heartbeatSeconds * 1000);
    this.#heartbeat.unref();
    socket.on('message', (data: Buffer) => {
      if (isPing(data.toString())) this.#write(metadata('pong'), this.#pongsInSilence);
    });
    // A connection that is reset is closed, and that is told.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#end('client');
    });
  }

  /** Sends a message, or text as it is. @returns whether it left: nothing does while the socket is silent or closed. */
  send(message: unknown): boolean {
    return this.#write(message, false);
  }

  #write(message: unknown, inSilence: boolean): boolean {
    if (this.#cause !== null || (this.isSilent && !inSilence) || this.socket.readyState !== this.socket.OPEN)
      return false;
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return true;
  }

  /** Whether it is as good as dead, though nobody was told. */
  get isSilent(): boolean {
    return this.now() < this.#silentUntilMs;
  }

  /** Nothing leaves any more until then, heartbeats included: what is sent meanwhile is lost. */
  silence(untilMs: number, pongs: boolean): void {
    this.#silentUntilMs = untilMs;
    this.#pongsInSilence = pongs;
  }

  /** Announces the close, as for maintenance, and closes after so long. */
  closeWithNotice(afterSeconds: number): void {
    this.send({
      topicName: 'v2.system.socket_closing',
      version: '2',
      eventBody: { message: 'This websocket is about to be closed.', reason: 'maintenance' },
      metadata: { CorrelationId: randomUUID() },
    });
    this.#closing ??= setTimeout(() => {
      this.close('closing');
    }, afterSeconds * 1000);
    this.#closing.unref();
  }

  close(cause: CloseCause): void {
    if (!this.#end(cause)) return;
    // A reset, as when a line is cut: no frame says that it is over.
    if (cause === 'cut') this.socket.terminate();
    else this.socket.close(GOING_AWAY);
  }

  #end(cause: CloseCause): boolean {
    if (this.#cause !== null) return false;
    this.#cause = cause;
    clearInterval(this.#heartbeat);
    if (this.#closing) clearTimeout(this.#closing);
    this.onClosed(cause);
    return true;
  }
}

function metadata(message: string) {
  return { topicName: 'channel.metadata', eventBody: { message } };
}

function isPing(text: string): boolean {
  try {
    return (JSON.parse(text) as { message?: unknown } | null)?.message === 'ping';
  } catch {
    return false;
  }
}
