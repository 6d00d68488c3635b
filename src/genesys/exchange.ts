import type { LandingEncoding } from '../domain/landing.js';
import type { Lane } from '../domain/lane.js';
import type { CallWatcher } from '../telemetry/callWatcher.js';
import { type ErrorBody, errorBody } from './apiFailure.js';
import type { Leaving } from './callHolds.js';
import type { Endpoint } from './endpoints.js';
import type { GenesysLog } from './genesysLog.js';
import type { GenesysTime } from './genesysTime.js';
import { networkFailure } from './networkFailure.js';
import { HeldBack, type Pacer, type Permit } from './pacer.js';
import type { Redact } from './redact.js';
import { countersOf, refusalOf } from './refusalOf.js';
import { askedText, shownCall } from './shownCall.js';
import { type ComingRefusal, createRefusal, isThrottle, mayBeDisguised } from './throttle.js';
import { isoInstant, throttled } from './throttled.js';
import type { Token } from './tokenSource.js';
import type { HttpAnswer, Transport } from './transport.js';
import { decodedStart, decodedText, landingEncoding, readUnlessRefused, wholeBody } from './wholeBody.js';

/** A body of an answer, as it came and as it reads. */
type AnswerBody = Pick<Exchanged, 'raw' | 'encoding' | 'text'>;

/** Nobody lands what came with a refusal. */
const NO_BODY: AnswerBody = { raw: new Uint8Array(), encoding: 'identity', text: '' };

/** A request that is to be sent. */
export interface Outgoing {
  readonly endpoint: Endpoint;
  readonly lane: Lane;
  readonly url: URL;
  /** Sent as JSON; nothing is sent where it is undefined. */
  readonly data: unknown;
}

/** An answer, read to its end. Instants without `At` are by the wall clock, the other one by the pacer's. */
export interface Exchanged {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Uint8Array;
  readonly encoding: LandingEncoding;
  /** The whole body; of a landed one that is not read, its start. */
  readonly text: string;
  readonly correlationId: string;
  readonly receivedMs: number;
  readonly sentAtMs: number;
}

/**
 * One request that left, when it might, and was answered, whatever the answer but a throttle.
 *
 * @throws Failure `Throttled`, also where it could not leave yet; `Transient` or `Blocked` where no answer came.
 */
export type Exchange = (request: Outgoing, token: Token) => Promise<Exchanged>;

/** @param given.time is told of the `Date` of each answer. */
export function createExchange(given: {
  readonly transport: Transport;
  readonly pacer: Pacer;
  readonly now: () => number;
  readonly log: GenesysLog;
  readonly watcher: CallWatcher;
  readonly redact: Redact;
  readonly time: GenesysTime;
}): Exchange {
  const { transport, pacer, now, log, watcher, redact, time } = given;

  /** Leave to make a call, waited for. */
  const turnOf = async (leaving: Leaving): Promise<Permit> => {
    try {
      return await pacer.admit(leaving);
    } catch (error) {
      watcher.putOff(leaving.family);
      throw error;
    } finally {
      watcher.waited(leaving.family, pacer.timeMs() - leaving.startedMs);
    }
  };

  const sent = async ({ endpoint, url, data }: Outgoing, token: Token, permit: Permit): Promise<HttpAnswer> => {
    try {
      return await transport.send({
        method: endpoint.method,
        url,
        headers: {
          authorization: `Bearer ${token.value}`,
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'content-type': 'application/json',
        },
        ...(data === undefined ? {} : { body: JSON.stringify(data) }),
        leave: () => permit.leave(),
      });
    } catch (error) {
      if (error instanceof HeldBack) permit.unsent();
      else {
        permit.ended('noAnswer', false);
        watcher.answered(endpoint.family, null);
      }
      throw error;
    }
  };

  const answered = async (request: Outgoing, token: Token, leaving: Leaving, permit: Permit): Promise<Exchanged> => {
    const { endpoint, url } = request;
    const answer = await sent(request, token, permit);
    const { status, headers } = answer;
    watcher.answered(endpoint.family, status);
    const [receivedMs, receivedAtMs, sentAtMs] = [now(), pacer.timeMs(), permit.sentAtMs()];
    time.heard(headers['date'], { sentAtMs, receivedAtMs });
    const counters = countersOf(headers);
    const isAccepted = status >= 200 && status < 300;
    permit.ended(counters ?? (isAccepted ? 'noCounters' : 'noAnswer'), isAccepted);
    const correlationId = headers['inin-correlation-id'] ?? '';
    const refusal = createRefusal(pacer, leaving, {
      ...refusalOf(status, headers, '', receivedMs),
      counters,
      limit: null,
      sentAtMs,
      receivedAtMs,
    });
    if (status === 429) refusal.isOneByItsHead();
    const { raw, encoding, text } = await bodyOf(endpoint, answer).finally(() => refusal.headHasBeenRead());
    const asked = askedText(endpoint, url.pathname, redact);
    const { path } = shownCall(endpoint, url.pathname, redact);
    log.debug({ method: endpoint.method, path, status, correlationId, bytes: raw.byteLength }, 'call answered');
    const exchanged = { status, headers, raw, encoding, text, correlationId, receivedMs, sentAtMs };
    await requireNoThrottle(endpoint, asked, exchanged, refusal);
    return exchanged;
  };

  const bodyOf = (endpoint: Endpoint, answer: HttpAnswer): Promise<AnswerBody> =>
    readUnlessRefused(answer.status, NO_BODY, async () => {
      const raw = await wholeBody(answer);
      const encoding = landingEncoding(answer.headers['content-encoding']);
      const landsUnread = endpoint.isLanded === true && answer.status < 300;
      return { raw, encoding, text: await (landsUnread ? decodedStart(raw, encoding) : decodedText(raw, encoding)) };
    });

  const requireNoThrottle = async ({ family }: Endpoint, asked: string, answer: Exchanged, refusal: ComingRefusal) => {
    const { status, headers, text, correlationId, sentAtMs } = answer;
    const body: ErrorBody | null = status >= 400 ? errorBody(text) : null;
    if (isThrottle(status, headers, body, text)) {
      watcher.refused(family);
      const { gate, untilMs } = refusal.is(text, body?.limit ?? null);
      throw throttled(gate, untilMs, `Genesys answered ${status} to ${asked}`, {
        status,
        correlationId,
        ...(body?.code ? { code: redact(body.code) } : {}),
      });
    }
    if (!mayBeDisguised(status, text)) return;
    const untilMs = await pacer.doubtedUntil(family, sentAtMs);
    if (untilMs === null) return;
    watcher.refused(family);
    log.warn({ asked, status, correlationId, until: isoInstant(untilMs) }, 'taken for a throttle in disguise');
    const why = `Genesys answered ${status} to ${asked} just after it had refused others of its family, and is asked once more then`;
    throw throttled(family, untilMs, why, { status, correlationId });
  };

  return async (request, token) => {
    const { endpoint, lane, url } = request;
    const createsJob = endpoint.createsJob === true;
    const leaving = { family: endpoint.family, lane, createsJob, startedMs: pacer.timeMs() };
    for (;;) {
      const permit = await turnOf(leaving);
      try {
        return await answered(request, token, leaving, permit);
      } catch (error) {
        if (error instanceof HeldBack) continue;
        throw networkFailure(error, askedText(endpoint, url.pathname, redact), unanswered(endpoint), redact);
      }
    }
  };
}

/** What is known of a call whose answer was lost. Every POST of ours that writes nothing asks a question: asked twice, it changes nothing. */
function unanswered({ method, writes }: Endpoint): string {
  if (writes) return 'Genesys may have carried it out; what is there is read again before anything else is written.';
  return method === 'POST'
    ? 'Genesys may have carried it out; asking again costs a call and changes nothing.'
    : 'Nothing of it was kept.';
}
