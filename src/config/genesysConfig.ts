import { Failure } from '../domain/failure.js';
import { isConfidential, isLoopback } from '../domain/loopback.js';
import { REGION_HOSTS } from './regionHosts.js';
import { ANY_LOOPBACK_PORT, type GenesysClientConfig } from '../genesys/genesysClientConfig.js';
import { readSecret } from './secretFile.js';
import type { Settings } from './settings.js';

/**
 * The organisation's addresses and credentials, from settings.
 *
 * @throws Failure `InvalidInput` naming what is missing, or what is plain http to another machine.
 */
export function genesysConfig(settings: Settings['genesys'], resolve: (file: string) => string): GenesysClientConfig {
  const region = settings.region;
  if (region && !(REGION_HOSTS as readonly string[]).includes(region))
    throw new Failure(
      'InvalidInput',
      `GENESYS_REGION: ${region} is not a region host; one of ${REGION_HOSTS.join(', ')}`,
    );
  const apiUrl = settings.apiUrl ?? (region ? `https://api.${region}` : undefined);
  const loginUrl = settings.loginUrl ?? (region ? `https://login.${region}` : undefined);
  const clientId = clientIdOf(settings, resolve);
  const clientSecret = readSecret(
    { value: settings.clientSecret, file: settings.clientSecretFile, fileVariable: 'GENESYS_CLIENT_SECRET_FILE' },
    resolve,
  );
  const missing = [
    !apiUrl && 'GENESYS_REGION (or GENESYS_API_URL)',
    !loginUrl && 'GENESYS_REGION (or GENESYS_LOGIN_URL)',
    !clientId && 'GENESYS_CLIENT_ID',
    !clientSecret && 'GENESYS_CLIENT_SECRET',
  ].filter((name) => name !== false);
  if (!apiUrl || !loginUrl || !clientId || !clientSecret)
    throw new Failure(
      'InvalidInput',
      `not set: ${[...new Set(missing)].join(', ')}; the README says where they come from`,
    );
  refusePlainHttp('GENESYS_API_URL', apiUrl);
  refusePlainHttp('GENESYS_LOGIN_URL', loginUrl);
  return {
    apiUrl: withoutSlash(apiUrl),
    loginUrl: withoutSlash(loginUrl),
    clientId,
    clientSecret,
    downloadHosts: settings.downloadHosts ?? defaultDownloadHosts(apiUrl, region),
  };
}

/** The OAuth client's id. @throws Failure `InvalidInput` when it is not set. */
export function requiredClientId(settings: Settings['genesys'], resolve: (file: string) => string): string {
  const clientId = clientIdOf(settings, resolve);
  if (clientId) return clientId;
  throw new Failure(
    'InvalidInput',
    'not set: GENESYS_CLIENT_ID; limits are those of an OAuth client, and the README says where its id comes from',
  );
}

function clientIdOf(settings: Settings['genesys'], resolve: (file: string) => string): string | null {
  return readSecret(
    { value: settings.clientId, file: settings.clientIdFile, fileVariable: 'GENESYS_CLIENT_ID_FILE' },
    resolve,
  );
}

function defaultDownloadHosts(apiUrl: string, region: string | undefined): string[] {
  if (isLoopback(new URL(apiUrl))) return [ANY_LOOPBACK_PORT];
  const host = region ?? new URL(apiUrl).hostname.replace(/^api\./, '');
  return [`api-downloads.${host}`];
}

function refusePlainHttp(name: string, url: string): void {
  if (!isConfidential(new URL(url)))
    throw new Failure(
      'InvalidInput',
      `${name}: plain http only to this machine, https elsewhere (a token would travel in clear)`,
    );
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
