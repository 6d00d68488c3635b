/**
 * The proxy that calls to a URL go through, as host and port, or null.
 *
 * For people alone: undici itself decides when a call is made. Credentials in the proxy's URL are left out.
 */
export function proxyFor(url: string, env: NodeJS.ProcessEnv): string | null {
  const { protocol, hostname } = new URL(url);
  const of = (name: string) => env[name.toLowerCase()] ?? env[name] ?? '';
  const proxy = of('HTTPS_PROXY') || (protocol === 'http:' ? of('HTTP_PROXY') : '');
  const loopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (proxy === '' || loopback) return null;
  const direct = of('NO_PROXY')
    .split(/[,\s]+/)
    .map((entry) => entry.replace(/^\*?\.?/, '').replace(/:\d+$/, ''))
    .some((entry, index, all) => all[index] !== '' && (hostname === entry || hostname.endsWith(`.${entry}`)));
  if (direct || of('NO_PROXY').trim() === '*') return null;
  return URL.canParse(proxy) ? new URL(proxy).host : 'named in HTTPS_PROXY';
}
