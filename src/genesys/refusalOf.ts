import { countersFrom, type Counters } from '../domain/counterWindow.js';
import type { Refusal } from '../domain/retryInstant.js';

type Headers = Readonly<Record<string, string>>;

/** What a refusal says about when to come back, from its headers and body. */
export function refusalOf(
  status: number,
  headers: Headers,
  bodyText: string,
  receivedMs: number,
): Refusal & { status: number } {
  return {
    status,
    retryAfter: headers['retry-after'] ?? null,
    rateLimitReset: headers['inin-ratelimit-reset'] ?? null,
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
