import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import { allowedDownloadUrl } from './allowedUrl.js';
import type { GenesysClientConfig } from './genesysClientConfig.js';
import { networkFailure } from './networkFailure.js';
import { HeldBack, type Pacer } from './pacer.js';
import { throttled } from './throttled.js';
import type { Redact } from './redact.js';
import { refusalOf } from './refusalOf.js';
import type { HttpAnswer, Transport } from './transport.js';
import { landingEncoding } from './wholeBody.js';

const MOST_REDIRECTS = 3;
const KEPT = 'What was received is kept, and the download goes on from there.';

/** A download under way. `body` yields bytes as sent (still encoded). */
export interface Download {
  /** Where in the whole body these bytes start: 0 when the server ignored the range or the body changed. */
  readonly offset: number;
  readonly totalBytes: number | null;
  readonly etag: string | null;
  readonly encoding: LandingEncoding;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where a download goes on. */
export interface DownloadFrom {
  readonly offset: number;
  /** Strong `ETag` of the bytes kept; without it nobody can tell whether the rest belongs to them. */
  readonly etag: string | null;
  /** Length of the whole body as it was told with the bytes kept; another one now means that one of the two is wrong. */
  readonly totalBytes?: number | null;
}

/**
 * Follows a signed URL without the token, to allowed hosts only, and hands over the bytes as they come.
 *
 * Goes on at an offset with `Range` and `If-Range`; where the server ignores them, or the body is another one now (by its `ETag`
 * or its length), `offset` is 0.
 */
export async function startDownload(
  config: GenesysClientConfig,
  { transport, pacer, now, redact }: { transport: Transport; pacer: Pacer; now: () => number; redact: Redact },
  signedUrl: string,
  from: DownloadFrom,
  signal?: AbortSignal,
): Promise<Download> {
  const startedMs = pacer.timeMs();
  const strongEtag = from.etag !== null && !from.etag.startsWith('W/') ? from.etag : null;
  const { offset: kept, totalBytes: told = null } = from;
  const range = kept > 0 && strongEtag !== null ? { offset: kept, etag: strongEtag, told } : null;

  const follow = async (asked: typeof range): Promise<HttpAnswer> => {
    let url = allowedDownloadUrl(signedUrl, config.downloadHosts, config.apiUrl);
    for (let redirects = 0; ; redirects++) {
      const answer = await send(url, asked);
      if (answer.status < 300 || answer.status >= 400 || answer.headers.location === undefined) return answer;
      answer.body.destroy();
      if (redirects === MOST_REDIRECTS)
        throw new Failure('Blocked', `Downloads from ${url.host} redirect without end.`);
      url = allowedDownloadUrl(resolved(answer.headers.location, url), config.downloadHosts, config.apiUrl);
    }
  };

  const send = async (url: URL, asked: typeof range): Promise<HttpAnswer> => {
    for (;;) {
      signal?.throwIfAborted();
      await pacer.pass('downloads', startedMs);
      try {
        return await transport.send({
          method: 'GET',
          url,
          headers: {
            accept: '*/*',
            'accept-encoding': 'gzip',
            ...(asked === null ? {} : { range: `bytes=${asked.offset}-`, 'if-range': asked.etag }),
          },
          leave: () => pacer.holds('downloads'),
          signal,
        });
      } catch (error) {
        // A cancellation is the caller's own, to be seen as it is.
        if (signal?.aborted) throw signal.reason;
        if (!(error instanceof HeldBack)) throw networkFailure(error, `The download from ${url.host}`, KEPT, redact);
      }
    }
  };

  let answer = await follow(range);
  if (range !== null && !goesOn(answer, range)) {
    answer.body.destroy();
    answer = await follow(null);
  }
  if (answer.status === 416 && range !== null) return nothingLeft(answer, range);
  if (answer.status !== 200 && answer.status !== 206) throw refusedDownload(answer, pacer, now);
  const offset = answer.status === 206 ? (range?.offset ?? 0) : 0;
  const encoding = landingEncoding(answer.headers['content-encoding']);
  const totalBytes = totalOf(answer);
  const etag = answer.headers.etag;
  return {
    offset,
    totalBytes,
    etag: etag !== undefined && !etag.startsWith('W/') ? etag : null,
    encoding,
    body: checkedBody(answer, offset, totalBytes, redact, signal),
  };
}

/** Whether an answer to a range request can be used: the rest, all of it anew, or a refusal that says something. */
function goesOn(answer: HttpAnswer, range: { offset: number; etag: string; told: number | null }): boolean {
  const total = totalOf(answer);
  if (answer.status !== 206 && answer.status !== 416) return true;
  // Told a wrong length once, nobody would ever be done: what is kept is given up.
  if (range.told !== null && total !== null && total !== range.told) return false;
  if (answer.status === 416) return total === range.offset;
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  return Number(start) === range.offset && (answer.headers.etag ?? range.etag) === range.etag;
}

/** Everything was received already. */
function nothingLeft(answer: HttpAnswer, range: { offset: number; etag: string }): Download {
  answer.body.destroy();
  return { offset: range.offset, totalBytes: range.offset, etag: range.etag, encoding: 'identity', body: noBytes() };
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // Yields nothing.
}

/** Length of the whole body, from `Content-Range` or `Content-Length`; null where neither tells. */
function totalOf({ status, headers }: HttpAnswer): number | null {
  const text = status === 200 ? headers['content-length'] : /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

async function* checkedBody(
  answer: HttpAnswer,
  offset: number,
  totalBytes: number | null,
  redact: Redact,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let received = offset;
  try {
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      received += chunk.byteLength;
      yield chunk;
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw networkFailure(
      error,
      `The download of ${totalBytes ?? 'an unknown number of'} bytes`,
      `${received} bytes were received. ${KEPT}`,
      redact,
    );
  }
  if (totalBytes !== null && received !== totalBytes) {
    throw new Failure('Transient', `A download ended after ${received} of ${totalBytes} bytes. ${KEPT}`);
  }
}

function refusedDownload(answer: HttpAnswer, pacer: Pacer, now: () => number): Failure {
  answer.body.destroy();
  const { status, headers } = answer;
  if (status === 429 || (status === 503 && headers['retry-after'] !== undefined)) {
    const untilMs = pacer.refusedAt('downloads', refusalOf(status, headers, '', now()));
    return throttled('downloads', untilMs, `the download host answered ${status}`, { status });
  }
  if (status === 408 || status >= 500)
    return new Failure('Transient', `The download host answered ${status}. ${KEPT}`, { status });
  if (status < 400)
    return new Failure('Transient', `The download host answered ${status}, without the file. ${KEPT}`, { status });
  // Whatever the host calls it (S3 says 400 where the signer's own credentials ran out), a fresh URL is the only way on.
  return new Failure(
    'Expired',
    `The download host answered ${status}: the URL has expired. ${KEPT} Read the job again for a fresh one.`,
    {
      status,
    },
  );
}

function resolved(location: string, base: URL): string {
  return URL.canParse(location, base.href) ? new URL(location, base).href : '';
}
