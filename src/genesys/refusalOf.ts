import { countersFrom, type Counters, saysUsedUp } from '../domain/counterWindow.js';
import type { Refusal } from '../domain/retryInstant.js';

type Headers = Readonly<Record<string, string>>;

/** What a refusal says about when to come back, from its headers and body. */
export function refusalOf(
  status: number,
  headers: Headers,
  bodyText: string,
  receivedMs: number,
): Refusal & { status: number } {
  const counters = countersOf(headers);
  return {
    status,
    retryAfter: headers['retry-after'] ?? null,
    // While the token has calls left, the refusal is about another limit, of which its window says nothing.
    rateLimitReset: counters === null || saysUsedUp(counters) ? (headers['inin-ratelimit-reset'] ?? null) : null,
    date: headers.date ?? null,
    bodyText,
    receivedMs,
  };
}

/** The API's own counters of an answer; null where it has none. */
export function countersOf(headers: Headers): Counters | null {
  return countersFrom(
    headers['inin-ratelimit-count'],
    headers['inin-ratelimit-allowed'],
    headers['inin-ratelimit-reset'],
  );
}
