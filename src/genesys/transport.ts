import type { Readable } from 'node:stream';
import { Agent, DecoratorHandler, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { isLoopback } from '../domain/loopback.js';

const CONNECT_TIMEOUT_MS = 10_000;
const HEADERS_TIMEOUT_MS = 60_000;
/** Longest silence within a body. */
const BODY_IDLE_TIMEOUT_MS = 60_000;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Asked at the last instant, when a connection is there and before the first byte leaves: an error holds the request back.
   * Connections can take seconds to make, and a refusal can be read meanwhile.
   */
  readonly leave: () => Error | null;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body has yet to be read. Header names are in lower case; of a repeated header, the first value. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes as sent: a content encoding is kept. */
  readonly body: Readable;
}

/** HTTP as plain as can be: one request, one answer, no redirect followed, no retry, nothing decoded. */
export interface Transport {
  /** @throws whatever undici throws; the `leave` error as it is; the signal's reason as it is. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Connections go through the proxy that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), never to loopback. */
export function createTransport(env: NodeJS.ProcessEnv = process.env): Transport {
  const options = {
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_IDLE_TIMEOUT_MS,
  };
  const direct = new Agent(options);
  const proxies = {
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
  const proxied = proxies.httpProxy !== '' || proxies.httpsProxy !== '';
  const outward: Dispatcher = proxied ? new EnvHttpProxyAgent({ ...options, ...proxies }) : direct;
  const [guardedDirect, guardedOutward] = [direct.compose(leaveGuard), outward.compose(leaveGuard)];
  return {
    async send({ url, method, headers, body, leave, signal }) {
      const guarded: GuardedOptions = { method, headers, leave, body: body ?? null, signal: signal ?? null };
      const answer = await request(url, {
        ...guarded,
        dispatcher: isLoopback(url) ? guardedDirect : guardedOutward,
      });
      // Whoever reads the body meets its error there; a body that is dropped must not end the process with one.
      answer.body.on('error', () => undefined);
      return { status: answer.statusCode, headers: firstValues(answer.headers), body: answer.body };
    },
    async close() {
      await Promise.all([direct.destroy(), outward.destroy()]);
    },
  };
}

type GuardedOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'> & { leave: () => Error | null };

/** undici's own decorator, of which its types show the constructor alone. */
const Decorator = DecoratorHandler as unknown as new (
  handler: Dispatcher.DispatchHandler,
) => { onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void };

class LeaveGuard extends Decorator {
  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly leave: () => Error | null,
  ) {
    super(handler);
  }

  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    super.onRequestStart(controller, context);
    const heldBack = this.leave();
    if (heldBack !== null) controller.abort(heldBack);
  }
}

const leaveGuard: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, new LeaveGuard(handler, (options as Partial<GuardedOptions>).leave ?? (() => null)));

function firstValues(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const first: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = Array.isArray(value) ? value[0] : value;
    if (text !== undefined) first[name.toLowerCase()] = text;
  }
  return first;
}
