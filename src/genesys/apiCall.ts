import { AsyncLocalStorage } from 'node:async_hooks';
import { Failure } from '../domain/failure.js';
import type { LandingEncoding } from '../domain/landing.js';
import type { Lane } from '../domain/lane.js';
import { apiFailure } from './apiFailure.js';
import type { Endpoint } from './endpoints.js';
import type { Exchange } from './exchange.js';
import type { Pacer } from './pacer.js';
import type { Redact } from './redact.js';
import type { SdkRequest, SdkResponse } from './sdk.js';
import { askedText, shownCall } from './shownCall.js';
import type { TokenSource } from './tokenSource.js';
import { isWebPage, UnreadableAnswer, webPageFailure } from './unreadableAnswer.js';

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
  given: { readonly exchange: Exchange; readonly pacer: Pacer; readonly tokens: TokenSource; readonly redact: Redact },
): ApiCalls {
  const { exchange, pacer, tokens, redact } = given;
  const underWay = new AsyncLocalStorage<CallUnderWay>();
  let freshTokenRefused = false;

  const hook = async (request: SdkRequest): Promise<SdkResponse> => {
    const call = underWay.getStore();
    if (call === undefined) throw new Failure('InvalidInput', 'The SDK was used outside a call. Nothing was sent.');
    const url = requestUrl(apiUrl, request, call.endpoint.repeats);
    let token = await tokens.current();
    let exchanged = await exchange({ ...call, url, data: request.data }, token);
    // Where a fresh token was refused, this one is fresh too, and a third would tell no more: one call a try.
    if (exchanged.status === 401 && !freshTokenRefused) {
      token = await tokens.renewed(token);
      exchanged = await exchange({ ...call, url, data: request.data }, token);
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
    if (isWebPage(text)) throw webPageFailure(askedText(call.endpoint, url.pathname, redact), status);
    const hasNoBody = status === 204 || call.endpoint.method === 'HEAD' || call.endpoint.method === 'DELETE';
    const isUnread = call.endpoint.isLanded === true || hasNoBody;
    const json = isUnread ? null : parsed(text, call.endpoint, { raw, encoding, correlationId });
    call.answer = { json, raw, encoding, correlationId, receivedAt: new Date(receivedMs).toISOString() };
    return { status, statusText: '', headers, data: json, text };
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
