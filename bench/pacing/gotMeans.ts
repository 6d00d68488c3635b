import got from 'got';
import type { Means } from './callerProcess.js';

/** More retries than a run can hold: giving up is not what is compared. */
const ENOUGH_RETRIES = 10_000;

/** Where nothing is told got doubles its wait from a second, without end; a minute is what people set who have met that. */
const BACKOFF_LIMIT_MS = 60_000;

/** Calls by got with its own retries, which heed `Retry-After` in seconds and as a date; for POST too, which got leaves out by default. */
export function createGotMeans(url: string, token: string): Means {
  const client = got.extend({
    prefixUrl: url,
    headers: { authorization: `Bearer ${token}` },
    retry: { limit: ENOUGH_RETRIES, methods: ['GET', 'POST'], backoffLimit: BACKOFF_LIMIT_MS },
  });
  return {
    post: (path, body) => client.post(path.slice(1), { json: body }).json(),
    get: (path) => client.get(path.slice(1)).json(),
  };
}
