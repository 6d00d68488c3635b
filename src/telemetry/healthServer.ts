import { createServer, type Server } from 'node:http';
import { Failure } from '../domain/failure.js';

/** What a process tells of itself: words by part, no name, address, version or reason, which are in its log. */
export interface HealthReport {
  readonly ok: boolean;
  readonly parts: Readonly<Record<string, string>>;
}

/** What is asked: whether the process is alive, and whether it can do its work. */
export interface HealthAnswers {
  live(): HealthReport;
  ready(): Promise<HealthReport>;
}

/** Answers on a port until it is closed. */
export interface HealthServer {
  close(): Promise<void>;
}

/** A question has neither a body nor headers worth reading. */
const LARGEST_HEADERS_BYTES = 8 * 1024;
const ASKED_WITHIN_MS = 5_000;
/** Whoever asks more at once is not looking after this process. */
const MOST_CONNECTIONS = 64;

/**
 * Offers `GET /healthz` (live) and `GET /readyz` (ready): 200 or 503, and JSON with each part.
 *
 * @throws Failure `Blocked` when something else listens there.
 */
export async function startHealthServer(
  { host, port }: { readonly host: string; readonly port: number },
  answers: HealthAnswers,
): Promise<HealthServer> {
  const server = createServer(
    { maxHeaderSize: LARGEST_HEADERS_BYTES, requestTimeout: ASKED_WITHIN_MS, headersTimeout: ASKED_WITHIN_MS },
    (request, response) => {
      // A body is not read: the connection ends with the answer.
      const answer = (status: number, body?: object): void => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          connection: 'close',
        });
        response.end(body === undefined || request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
      };
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405);
      switch (request.url) {
        case '/healthz': {
          const { ok, parts } = answers.live();
          return answer(ok ? 200 : 503, { live: ok, parts });
        }
        case '/readyz':
          return void answers.ready().then(
            ({ ok, parts }) => answer(ok ? 200 : 503, { ready: ok, parts }),
            () => answer(503),
          );
        default:
          return answer(404);
      }
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, host, port);
  // Being asked is no reason to stay: the process ends when its work has.
  server.unref();
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    throw new Failure(
      'Blocked',
      `Health cannot be offered on port ${port} of ${host} (${error instanceof Error ? error.message : String(error)}). ` +
        'Nothing was started. Set ROSTERLINE_HEALTH_PORT to a free port, another for each process.',
      {},
      { cause: error },
    );
  }
}
