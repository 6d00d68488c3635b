import { AsyncLocalStorage } from 'node:async_hooks';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import { toldWaitMs } from '../domain/retryInstant.js';
import type { CallWatcher } from '../telemetry/callWatcher.js';
import { apiFailure, errorBody } from './apiFailure.js';
import type { Endpoint } from './endpoints.js';
import type { GenesysLog } from './genesysLog.js';
import { networkFailure } from './networkFailure.js';
import { HeldBack, type Pacer, type Permit, throttled } from './pacer.js';
import type { Redact } from './redact.js';
import { countersOf, refusalOf } from './refusalOf.js';
import type { SdkRequest, SdkResponse } from './sdk.js';
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

interface CallUnderWay {
  readonly endpoint: Endpoint;
  readonly sentUserIds: readonly string[];
  answer: CallAnswer | null;
}

/** Makes calls through the SDK: it builds the request, the hook sends it, and the answer comes back to the caller whole. */
export interface ApiCalls {
  /** One call of an endpoint; `invoke` is the SDK's method for it. @throws Failure */
  make(endpoint: Endpoint, invoke: () => Promise<unknown>, sentUserIds?: readonly string[]): Promise<CallAnswer>;
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
  }: {
    transport: Transport;
    pacer: Pacer;
    tokens: TokenSource;
    now: () => number;
    log: GenesysLog;
    watcher: CallWatcher;
    redact: Redact;
  },
): ApiCalls {
  const underWay = new AsyncLocalStorage<CallUnderWay>();
  let freshTokenRefused = false;

  const hook = async (request: SdkRequest): Promise<SdkResponse> => {
    const call = underWay.getStore();
    if (call === undefined) throw new Failure('InvalidInput', 'The SDK was used outside a call. Nothing was sent.');
    const url = requestUrl(apiUrl, request);
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
      throw apiFailure(call.endpoint, url.pathname, { status, text, correlationId }, call.sentUserIds, redact);
    }
    pacer.accepted(call.endpoint.family);
    pacer.accepted('token');
    if (isWebPage(text)) throw webPageFailure(`${call.endpoint.method} ${url.pathname}`, status);
    const json = call.endpoint.isLanded ? null : parsed(text, call.endpoint, { raw, encoding, correlationId });
    call.answer = { json, raw, encoding, correlationId, receivedAt: new Date(receivedMs).toISOString() };
    return { status, statusText: '', headers, data: json, text };
  };

  /** One request that left and was answered, whatever the answer but a throttle. */
  const exchange = async ({ endpoint }: CallUnderWay, url: URL, request: SdkRequest, token: Token) => {
    const startedMs = now();
    for (;;) {
      const permit = await turnOf(endpoint, startedMs);
      try {
        return await send(endpoint, url, request, token, permit);
      } catch (error) {
        if (error instanceof HeldBack) continue;
        const what = `${endpoint.method} ${url.pathname}`;
        throw networkFailure(error, what, unanswered(endpoint), redact);
      }
    }
  };

  /** Leave to make a call, waited for. */
  const turnOf = async ({ family }: Endpoint, startedMs: number): Promise<Permit> => {
    const fromMs = now();
    try {
      return await pacer.admit(family, startedMs);
    } catch (error) {
      watcher.putOff(family);
      throw error;
    } finally {
      watcher.waited(family, now() - fromMs);
    }
  };

  const send = async (endpoint: Endpoint, url: URL, request: SdkRequest, token: Token, permit: Permit) => {
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
        permit.ended('noAnswer');
        watcher.answered(endpoint.family, null);
      }
      throw error;
    }
    const { status, headers } = answer;
    watcher.answered(endpoint.family, status);
    const receivedMs = now();
    const counters = countersOf(headers);
    permit.ended(counters ?? (status < 300 ? 'noCounters' : 'noAnswer'));
    const correlationId = headers['inin-correlation-id'] ?? '';
    const atHead = { ...refusalOf(status, headers, '', receivedMs), counters, limitKey: null };
    const told = headers['retry-after'] !== undefined && toldWaitMs(atHead) !== undefined;
    const limited = status === 429 || (status === 503 && told);
    // Where the header tells, the gate closes before the body is read: others are about to leave.
    if (limited && told) pacer.refused(endpoint.family, atHead);
    const raw = await wholeBody(answer);
    const encoding = landingEncoding(headers['content-encoding']);
    const landsUnread = endpoint.isLanded === true && status < 300;
    const text = await (landsUnread ? decodedStart(raw, encoding) : decodedText(raw, encoding));
    log.debug(
      { method: endpoint.method, path: url.pathname, status, correlationId, bytes: raw.byteLength },
      'call answered',
    );
    const body = status >= 400 ? errorBody(text) : null;
    if (limited || (body?.code?.startsWith('too.many.requests') ?? false)) {
      const refusal = { ...atHead, bodyText: text, limitKey: body?.limitKey ?? null };
      const { gate, untilMs } = pacer.refused(endpoint.family, refusal);
      watcher.refused(endpoint.family);
      throw throttled(gate, untilMs, `Genesys answered ${status} to ${endpoint.method} ${url.pathname}`, {
        status,
        correlationId,
        ...(body?.code ? { code: redact(body.code) } : {}),
      });
    }
    return { status, headers, raw, encoding, text, correlationId, receivedMs };
  };

  return {
    hook,
    async make(endpoint, invoke, sentUserIds = []) {
      const call: CallUnderWay = { endpoint, sentUserIds, answer: null };
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

/** What is known of a call whose answer was lost. Every POST of ours asks a question: asked twice, it changes nothing. */
function unanswered({ method }: Endpoint): string {
  return method === 'POST'
    ? 'Genesys may have carried it out; asking again costs a call and changes nothing.'
    : 'Nothing of it was kept.';
}

/** The SDK's URL, which must be one of the API's: a setting of the SDK that we do not know of must not send a token elsewhere. */
function requestUrl(apiUrl: string, request: SdkRequest): URL {
  if (!request.url.startsWith(`${apiUrl}/`))
    throw new Failure('Blocked', 'The SDK aimed a call at another host. Nothing was sent.');
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(request.params ?? {})) url.searchParams.set(name, value);
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
