import type { Endpoint } from './endpoints.js';
import type { Redact } from './redact.js';

const CHANNEL = '{channelId}';

/** How a call is shown in messages and logs. */
export interface ShownCall {
  readonly path: string;
  /** For Genesys's own words about it. */
  readonly redact: Redact;
}

/**
 * A call's path as it was, but for the id of a notification channel: who has that can listen, as who has a signed URL can download.
 *
 * @param pathname of the request.
 */
export function shownCall({ path }: Endpoint, pathname: string, redact: Redact): ShownCall {
  if (!path.includes(CHANNEL)) return { path: pathname, redact };
  const id = decodeURIComponent(pathname.split('/channels/').at(-1)?.split('/')[0] ?? '');
  return { path, redact: (text) => (id === '' ? redact(text) : redact(text).replaceAll(id, CHANNEL)) };
}

/** A call in a few words: its method, and its path as it may be shown. */
export function askedText(endpoint: Endpoint, pathname: string, redact: Redact): string {
  return `${endpoint.method} ${shownCall(endpoint, pathname, redact).path}`;
}
