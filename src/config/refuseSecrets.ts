import { wrongSetting } from './storageUrl.js';

/** Where a secret would stand in the settings' file, and what to set instead. */
const REFUSED: readonly (readonly [section: string, key: string, instead: string])[] = [
  ['genesys', 'clientSecret', 'clientSecretFile'],
  ['warehouse', 'password', 'passwordFile'],
  ['objects', 'accessKeyId', 'accessKeyIdFile'],
  ['objects', 'secretAccessKey', 'secretAccessKeyFile'],
  ['objects', 'sessionToken', 'AWS_SESSION_TOKEN'],
  ['signing', 'key', 'keyFile'],
];

/**
 * Refuses secrets in the settings' file: it is copied, committed and mailed.
 *
 * @throws Failure `InvalidInput` naming file and key, never the value.
 */
export function refuseSecrets(file: string, content: Readonly<Record<string, unknown>>): void {
  for (const [section, key, instead] of REFUSED)
    if (keyOf(content, section, key) !== undefined)
      throw wrongSetting(`${file}: ${section}.${key}`, `secrets are not read from here; use ${instead}`);
  const url = keyOf(content, 'warehouse', 'url');
  if (typeof url === 'string' && /^[a-z]+:\/\/[^/?#@]*:[^/?#]*@/i.test(url))
    throw wrongSetting(
      `${file}: warehouse.url`,
      'has a password, and secrets are not read from here; use passwordFile, or WAREHOUSE_PASSWORD',
    );
}

function keyOf(content: Readonly<Record<string, unknown>>, section: string, key: string): unknown {
  const part = content[section];
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[key] : undefined;
}
