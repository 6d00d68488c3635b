import { Failure } from '../domain/failure.js';
import { isConfidential, isLoopback } from '../domain/loopback.js';
import { ANY_LOOPBACK_PORT } from './genesysClientConfig.js';

/**
 * Base URL of a service from configuration: https, or http on loopback; without the slash at its end.
 *
 * @throws Failure `InvalidInput`.
 */
export function baseUrl(text: string, setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new Failure('InvalidInput', `${setting} is not a URL. Nothing was sent.`);
  const clean = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!clean) throw new Failure('InvalidInput', `${setting} may hold host, port and path only. Nothing was sent.`);
  if (!isConfidential(url)) {
    throw new Failure(
      'InvalidInput',
      `${setting} points to ${url.protocol}//${url.host}: plain http is for loopback only. Use https. Nothing was sent.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

/**
 * A signed URL that may be followed: to a host on the list, by https (http on loopback), without credentials in it.
 *
 * @throws Failure `Blocked`, naming the host alone: the rest of the URL is a capability.
 */
export function allowedDownloadUrl(text: string, downloadHosts: readonly string[], apiUrl: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new Failure('Corrupt', 'Genesys gave a download URL that is none. Read the job again.');
  const listed = downloadHosts.some((entry) => admits(entry, url, new URL(apiUrl)));
  const secure = isConfidential(url);
  if (listed && secure && url.username === '' && url.password === '') return url;
  const why = listed ? 'only https without credentials is followed' : 'it is not on the list of download hosts';
  throw new Failure(
    'Blocked',
    `A download from ${url.protocol}//${url.host} was refused: ${why}. Nothing was sent there. ` +
      'If the host is Genesys, add it to GENESYS_DOWNLOAD_HOSTS.',
  );
}

function admits(entry: string, url: URL, api: URL): boolean {
  if (entry === ANY_LOOPBACK_PORT) return isLoopback(api) && isLoopback(url);
  // `url.host` leaves out a scheme's own port, so that an entry without a port means exactly that one.
  const wanted = entry.toLowerCase();
  return url.host === wanted || (url.protocol === 'https:' && `${url.hostname}:443` === wanted && url.port === '');
}
