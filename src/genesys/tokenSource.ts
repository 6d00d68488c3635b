import { z } from 'zod';
import { Failure, isFailure } from '../domain/failure.js';
import type { GenesysClientConfig } from './genesysClientConfig.js';
import type { GenesysLog } from './genesysLog.js';
import { networkFailure } from './networkFailure.js';
import { HeldBack, type Pacer } from './pacer.js';
import { throttled } from './throttled.js';
import type { Redact } from './redact.js';
import { refusalOf } from './refusalOf.js';
import type { HttpAnswer, Transport } from './transport.js';
import { isThrottle } from './throttle.js';
import { isWebPage, webPageFailure } from './unreadableAnswer.js';
import { decodedText, landingEncoding, readUnlessRefused, wholeBody } from './wholeBody.js';

/** Renewed this long before it expires, or a tenth of its life if that is less. */
const RENEW_EARLY_MS = 60_000;
/** Life of a token that came without one. */
const ASSUMED_LIFE_SECONDS = 300;
const LARGEST_TOKEN_ANSWER_BYTES = 1024 * 1024;

const AGAIN = 'Nothing was lost. It is tried again.';

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

export interface Token {
  readonly value: string;
  readonly validUntilMs: number;
  readonly renewFromMs: number;
}

/**
 * The OAuth client's token: fetched on first need, renewed before it expires by our own clock, one renewal in flight for all.
 *
 * The SDK neither renews client-credentials tokens nor keeps the secret, so it never sees either.
 */
export interface TokenSource {
  /** @throws Failure `Unauthorized`, `Throttled`, `Transient`, `Blocked`. */
  current(): Promise<Token>;
  /** A token other than the one that was refused, which is not used again. */
  renewed(refused: Token): Promise<Token>;
  /** Drops a token that was refused, so that the next call begins with a fresh one. */
  forget(refused: Token): void;
  /** Texts that must not leave this process. */
  secrets(): readonly string[];
}

export function createTokenSource(
  config: GenesysClientConfig,
  {
    transport,
    pacer,
    now,
    log,
    redact,
  }: { transport: Transport; pacer: Pacer; now: () => number; log: GenesysLog; redact: Redact },
): TokenSource {
  const basic = Buffer.from(`${config.clientId}:${config.clientSecret}`).toString('base64');
  const issued: string[] = [];
  let token: Token | null = null;
  let renewal: Promise<Token> | null = null;

  const renew = () => {
    renewal ??= fetchToken()
      .then((fresh) => {
        token = fresh;
        issued.push(fresh.value);
        // Answers that still quote an older token are gone by then.
        if (issued.length > 3) issued.shift();
        pacer.tokenChanged();
        return fresh;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  };

  const fetchToken = async (): Promise<Token> => {
    const askedMs = now();
    const { status, headers, text } = await askToken();
    if (status >= 200 && status < 300) {
      if (isWebPage(text)) throw webPageFailure('the request for a token', status);
      const json = jsonOrNull(text);
      if (json === null)
        throw new Failure('Transient', `The login service answered ${status} with half an answer. ${AGAIN}`);
      const parsed = TokenAnswer.safeParse(json);
      if (!parsed.success) {
        const path = parsed.error.issues[0]?.path.join('.') ?? '';
        // Never `Corrupt`: no window is to blame, and none may become a gap.
        throw new Failure(
          'Blocked',
          `The login service answered ${status} without a usable ${path || 'token'}. Nothing was lost. ` +
            'Check GENESYS_LOGIN_URL and the region; the work goes on by itself.',
          { status },
        );
      }
      pacer.accepted('login');
      const lifeMs = (parsed.data.expires_in ?? ASSUMED_LIFE_SECONDS) * 1000;
      log.debug({ lifeSeconds: lifeMs / 1000 }, 'token obtained');
      return {
        value: parsed.data.access_token,
        validUntilMs: askedMs + lifeMs,
        renewFromMs: askedMs + lifeMs - Math.min(RENEW_EARLY_MS, lifeMs / 10),
      };
    }
    throw refusedToken(status, headers, text);
  };

  const askToken = async () => {
    const startedMs = pacer.timeMs();
    for (;;) {
      await pacer.pass('login', startedMs);
      try {
        const answer = await transport.send({
          method: 'POST',
          url: new URL(`${config.loginUrl}/oauth/token`),
          headers: {
            authorization: `Basic ${basic}`,
            'content-type': 'application/x-www-form-urlencoded',
            accept: 'application/json',
            'accept-encoding': 'gzip',
          },
          body: 'grant_type=client_credentials',
          leave: () => pacer.holds('login'),
        });
        return { status: answer.status, headers: answer.headers, text: await tokenText(answer) };
      } catch (error) {
        if (error instanceof HeldBack) continue;
        if (isFailure(error, 'Corrupt', 'TooLarge'))
          throw new Failure('Transient', `The login service: ${error.message} ${AGAIN}`, error.facts);
        throw networkFailure(error, 'The request for a token', 'Nothing was lost.', redact);
      }
    }
  };

  const refusedToken = (status: number, headers: Readonly<Record<string, string>>, text: string): Failure => {
    // Its own limit answers 400 with a text, not 429.
    const limited = status === 429 || (status === 400 && /rate.?limit|too.?many|throttl/i.test(text));
    if (limited || isThrottle(status, headers, null, text)) {
      const untilMs = pacer.refusedAt('login', { ...refusalOf(status, headers, text, now()), status });
      return throttled('token', untilMs, `the login service refused with ${status}`, { status });
    }
    if (status === 408 || status >= 500) {
      return new Failure('Transient', `The login service answered ${status}. Nothing was lost. It is tried again.`, {
        status,
      });
    }
    if (status >= 300 && status < 400) {
      return new Failure(
        'Blocked',
        `The login service answered with a redirect (${status}), which is not followed. Check the login URL and any proxy.`,
        { status },
      );
    }
    const reason =
      /invalid_client|unauthorized_client|invalid_grant|invalid_scope/i.exec(text)?.[0] ?? `status ${status}`;
    return new Failure(
      'Unauthorized',
      `The login service refused the OAuth client (${reason.toLowerCase()}). Nothing was lost. ` +
        'Put the right GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET and region where the worker reads them and restart it; ' +
        'the export goes on by itself.',
      { status },
    );
  };

  return {
    async current() {
      if (token === null) return renew();
      if (now() < token.renewFromMs) return token;
      const old = token;
      try {
        return await renew();
      } catch (error) {
        // The login service has a bad moment, and the old token still works.
        if (isFailure(error, 'Throttled', 'Transient') && now() < old.validUntilMs) return old;
        throw error;
      }
    },
    renewed(refused) {
      this.forget(refused);
      return token !== null ? Promise.resolve(token) : renew();
    },
    forget(refused) {
      if (token === refused) token = null;
    },
    secrets: () => [config.clientSecret, basic, ...issued],
  };
}

async function tokenText(answer: HttpAnswer): Promise<string> {
  return await readUnlessRefused(answer.status, '', async () => {
    const raw = await wholeBody(answer, LARGEST_TOKEN_ANSWER_BYTES);
    return await decodedText(raw, landingEncoding(answer.headers['content-encoding']), LARGEST_TOKEN_ANSWER_BYTES);
  });
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
