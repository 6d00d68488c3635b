import { Failure } from '../failure.js';
import { isLoopback } from '../loopback.js';

/** Where the organisation is, to tell which hosts are its own. */
export interface ChannelHosts {
  /** Base URL of the API: `https://api.<region host>`. */
  readonly apiUrl: string;
  /** Further hosts that channels may be on, where a gateway stands before the API. */
  readonly streamingHosts?: readonly string[];
}

/**
 * The address of a channel's socket, where it may be followed: `wss` to a host of the API's own region; plain `ws` on loopback alone,
 * and only where the API is there too.
 *
 * @throws Failure `Blocked`, naming the host alone: the rest of the address is a capability. `Corrupt` where it is no URL.
 */
export function channelAddress(connectUri: string, { apiUrl, streamingHosts = [] }: ChannelHosts): URL {
  const url = URL.canParse(connectUri) ? new URL(connectUri) : null;
  if (url === null)
    throw new Failure('Corrupt', 'Genesys gave a notification channel whose address is none. It is created anew.');
  const why = refusal(url, new URL(apiUrl), streamingHosts);
  if (why === null) return url;
  throw new Failure(
    'Blocked',
    `A notification channel at ${url.protocol}//${url.host} was refused: ${why}. Nothing was sent there. ` +
      'Check GENESYS_REGION (or GENESYS_API_URL); it is tried again.',
  );
}

function refusal(url: URL, api: URL, streamingHosts: readonly string[]): string | null {
  if (url.username !== '' || url.password !== '') return 'its address has credentials in it';
  if (isLoopback(api) && isLoopback(url)) return isSocket(url) ? null : 'it is no web socket';
  if (url.protocol !== 'wss:') return 'only wss leaves this machine';
  const region = api.hostname.replace(/^api\./, '');
  const isOfRegion = url.hostname === region || url.hostname.endsWith(`.${region}`);
  return isOfRegion || streamingHosts.includes(url.hostname) ? null : `its host does not belong to ${region}`;
}

function isSocket({ protocol }: URL): boolean {
  return protocol === 'wss:' || protocol === 'ws:';
}
