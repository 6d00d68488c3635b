import { isFailure } from '../../domain/failure.js';
import { networkTrouble } from '../../domain/networkTrouble.js';
import { proxyFor } from './proxyFor.js';

/** Why it was not Genesys that answered a call to a URL, in plain words; null where it was Genesys, whatever it said. */
export function hostTrouble(error: unknown, url: string, env: NodeJS.ProcessEnv): string | null {
  if (!isFailure(error)) return null;
  const { status, code } = error.facts;
  const { host } = new URL(url);
  if (error.name === 'Transient')
    return status === undefined
      ? networkTrouble(code, host, proxyFor(url, env))
      : `${host} answers ${status}: Genesys, or what stands before it, has a bad moment; look again in a minute`;
  if (error.name === 'Blocked') return error.message;
  // Another web server, a hotel's sign-in page, a proxy that wants credentials.
  if (error.name === 'Corrupt' || status === 404 || status === 405 || status === 407)
    return `something answers at ${host}, but not as Genesys does: check region, URLs and any proxy. ${error.message}`;
  return null;
}
