import { isLoopback } from '../domain/loopback.js';

/**
 * The proxy that the environment names for an address (`HTTPS_PROXY`, not for what `NO_PROXY` lists); null where there is none. Never
 * for this machine.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | null {
  const named = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '';
  if (isLoopback(url) || !URL.canParse(named)) return null;
  const exempt = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return exempt.some((entry) => covers(entry.toLowerCase(), url)) ? null : new URL(named);
}

/** An entry is `*`, a host, or the end of one, with or without a port. */
function covers(entry: string, { hostname, port }: URL): boolean {
  if (entry === '*') return true;
  const [name = '', onlyPort] = entry.split(':');
  if (onlyPort !== undefined && onlyPort !== (port || '443')) return false;
  const bare = name.replace(/^\*?\./, '');
  return hostname === bare || hostname.endsWith(`.${bare}`);
}
