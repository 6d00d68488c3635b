import { AsyncLocalStorage } from 'node:async_hooks';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import type { Lane } from '../domain/lane.js';
import type { CallWatcher } from '../telemetry/callWatcher.js';
import { apiFailure, errorBody } from './apiFailure.js';
import type { Endpoint } from './endpoints.js';
import type { GenesysLog } from './genesysLog.js';
import type { GenesysTime } from './genesysTime.js';
import { networkFailure } from './networkFailure.js';
import { createRefusal, isThrottle, mayBeDisguised } from './throttle.js';
import type { Leaving } from './callHolds.js';
import { HeldBack, isoInstant, type Pacer, type Permit, throttled } from './pacer.js';
import type { Redact } from './redact.js';
import { countersOf, refusalOf } from './refusalOf.js';
import type { SdkRequest, SdkResponse } from './sdk.js';
import { shownCall } from './shownCall.js';
import type { Token, TokenSource } from './tokenSource.js';
import type { HttpAnswer, Transport } from './transport.js';
import { isWebPage, UnreadableAnswer, webPageFailure } from './unreadableAnswer.js';
import { decodedStart, decodedText, landingEncoding, wholeBody } from './wholeBody.js';

/** A successful answer: its body as received, and parsed (null where it is only landed). */
export interface CallAnswer {
  readonly json: unknown;
  readonly raw: Uint8Array;
  readonly encoding: LandingEncoding;
  readonly correlationId: string;
  readonly receivedAt: string;
}

/** Whose call it is. */
export interface CallFor {
  readonly lane: Lane;
  /** User ids in the request: a refusal that names some of them is about those. */
  readonly sentUserIds?: readonly string[];
}

interface CallUnderWay {
  readonly endpoint: Endpoint;
  readonly lane: Lane;
  readonly sentUserIds: readonly string[];
  answer: CallAnswer | null;
}

/** Makes calls through the SDK: it builds the request, the hook sends it, and the answer comes back to the caller whole. */
export interface ApiCalls {
  /** One call of an endpoint; `invoke` is the SDK's method for it. @throws Failure */
  make(endpoint: Endpoint, invoke: () => Promise<unknown>, given: CallFor): Promise<CallAnswer>;
  /** The SDK's HTTP client. */
  readonly hook: (request: SdkRequest) => Promise<SdkResponse>;
}

export function createApiCalls(
  apiUrl: string,
  {
    transport,
    pacer,
    tokens,
    now,
    log,
    watcher,
    redact,
    time,
  }: {
    transport: Transport;
    pacer: Pacer;
    tokens: TokenSource;
    now: () => number;
    log: GenesysLog;
    watcher: CallWatcher;
    redact: Redact;
    /** Told of the `Date` of each answer. */
    time: GenesysTime;
  },
): ApiCalls {
  const underWay = new AsyncLocalStorage<CallUnderWay>();
  let freshTokenRefused = false;

  const hook = async (request: SdkRequest): Promise<SdkResponse> => {
    const call = underWay.getStore();
    if (call === undefined) throw new Failure('InvalidInput', 'The SDK was used outside a call. Nothing was sent.');
    const url = requestUrl(apiUrl, request, call.endpoint.repeats);
    let token = await tokens.current();
    let exchanged = await exchange(call, url, request, token);
    // Where a fresh token was refused, this one is fresh too, and a third would tell no more: one call a try.
    if (exchanged.status === 401 && !freshTokenRefused) {
      token = await tokens.renewed(token);
      exchanged = await exchange(call, url, request, token);
    }
    freshTokenRefused = exchanged.status === 401;
    if (freshTokenRefused) tokens.forget(token);
    const { status, headers, raw, encoding, text, correlationId, receivedMs } = exchanged;
    if (status < 200 || status >= 300) {
      const shown = shownCall(call.endpoint, url.pathname, redact);
      throw apiFailure(call.endpoint, shown.path, { status, text, correlationId }, call.sentUserIds, shown.redact);
    }
    pacer.accepted(call.endpoint.family, exchanged.sentAtMs);
    pacer.accepted('token', exchanged.sentAtMs);
    if (isWebPage(text)) throw webPageFailure(asText(call.endpoint, url), status);
    const hasNoBody = status === 204 || call.endpoint.method === 'HEAD' || call.endpoint.method === 'DELETE';
    const isUnread = call.endpoint.isLanded === true || hasNoBody;
    const json = isUnread ? null : parsed(text, call.endpoint, { raw, encoding, correlationId });
    call.answer = { json, raw, encoding, correlationId, receivedAt: new Date(receivedMs).toISOString() };
    return { status, statusText: '', headers, data: json, text };
  };

  /** One request that left and was answered, whatever the answer but a throttle. */
  const exchange = async ({ endpoint, lane }: CallUnderWay, url: URL, request: SdkRequest, token: Token) => {
    const createsJob = endpoint.createsJob === true;
    const leaving = { family: endpoint.family, lane, createsJob, startedMs: pacer.timeMs() };
    for (;;) {
      const permit = await turnOf(leaving);
      try {
        return await send(endpoint, url, request, token, { leaving, permit });
      } catch (error) {
        if (error instanceof HeldBack) continue;
        throw networkFailure(error, asText(endpoint, url), unanswered(endpoint), redact);
      }
    }
  };

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

  const asText = (endpoint: Endpoint, url: URL): string =>
    `${endpoint.method} ${shownCall(endpoint, url.pathname, redact).path}`;

  const send = async (
    endpoint: Endpoint,
    url: URL,
    request: SdkRequest,
    token: Token,
    { leaving, permit }: { leaving: Leaving; permit: Permit },
  ) => {
    let answer: HttpAnswer;
    try {
      answer = await transport.send({
        method: endpoint.method,
        url,
        headers: {
          authorization: `Bearer ${token.value}`,
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'content-type': 'application/json',
        },
        ...(request.data === undefined ? {} : { body: JSON.stringify(request.data) }),
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
    const raw = await wholeBody(answer).finally(() => refusal.headHasBeenRead());
    const encoding = landingEncoding(headers['content-encoding']);
    const landsUnread = endpoint.isLanded === true && status < 300;
    const text = await (landsUnread ? decodedStart(raw, encoding) : decodedText(raw, encoding));
    log.debug(
      {
        method: endpoint.method,
        path: shownCall(endpoint, url.pathname, redact).path,
        status,
        correlationId,
        bytes: raw.byteLength,
      },
      'call answered',
    );
    const body = status >= 400 ? errorBody(text) : null;
    const asked = asText(endpoint, url);
    if (isThrottle(status, headers, body, text)) {
      watcher.refused(endpoint.family);
      const { gate, untilMs } = refusal.is(text, body?.limit ?? null);
      throw throttled(gate, untilMs, `Genesys answered ${status} to ${asked}`, {
        status,
        correlationId,
        ...(body?.code ? { code: redact(body.code) } : {}),
      });
    }
    if (mayBeDisguised(status, text)) {
      const untilMs = await pacer.doubtedUntil(endpoint.family, sentAtMs);
      if (untilMs !== null) {
        watcher.refused(endpoint.family);
        log.warn({ asked, status, correlationId, until: isoInstant(untilMs) }, 'taken for a throttle in disguise');
        const why = `Genesys answered ${status} to ${asked} just after it had refused others of its family, and is asked once more then`;
        throw throttled(endpoint.family, untilMs, why, { status, correlationId });
      }
    }
    return { status, headers, raw, encoding, text, correlationId, receivedMs, sentAtMs };
  };

  return {
    hook,
    async make(endpoint, invoke, { lane, sentUserIds = [] }) {
      const call: CallUnderWay = { endpoint, lane, sentUserIds, answer: null };
      try {
        await underWay.run(call, invoke);
      } catch (error) {
        if (error instanceof Failure) throw error;
        // The SDK throws a text for a missing parameter.
        const said = redact(error instanceof Error ? error.message : String(error));
        throw new Failure('InvalidInput', `The SDK did not send the request for ${endpoint.what}: ${said}`);
      }
      if (call.answer === null) throw new Failure('Corrupt', `The SDK sent nothing for ${endpoint.what}.`);
      return call.answer;
    },
  };
}

/** What is known of a call whose answer was lost. Every POST of ours that writes nothing asks a question: asked twice, it changes nothing. */
function unanswered({ method, writes }: Endpoint): string {
  if (writes) return 'Genesys may have carried it out; what is there is read again before anything else is written.';
  return method === 'POST'
    ? 'Genesys may have carried it out; asking again costs a call and changes nothing.'
    : 'Nothing of it was kept.';
}

/** The SDK's URL, which must be one of the API's: a setting of the SDK that we do not know of must not send a token elsewhere. */
function requestUrl(apiUrl: string, request: SdkRequest, repeats: readonly string[] = []): URL {
  if (!request.url.startsWith(`${apiUrl}/`))
    throw new Failure('Blocked', 'The SDK aimed a call at another host. Nothing was sent.');
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(request.params ?? {})) {
    if (!repeats.includes(name)) url.searchParams.set(name, value);
    else for (const one of value.split(',')) url.searchParams.append(name, one);
  }
  return url;
}

function parsed(text: string, endpoint: Endpoint, answer: UnreadableAnswer['answer']): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Failure(
      'Corrupt',
      `Genesys answered ${endpoint.method} ${endpoint.path} with something other than JSON (${answer.raw.byteLength} bytes).`,
      { correlationId: answer.correlationId },
      { cause: new UnreadableAnswer(answer) },
    );
  }
}
