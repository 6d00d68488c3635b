import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Variables that hold a secret; each may have a `*_FILE` beside it. */
export const SECRET_VARIABLES = [
  'GENESYS_CLIENT_SECRET',
  'TEMPORAL_API_KEY',
  'WAREHOUSE_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'ROSTERLINE_SIGNING_KEY',
] as const;

/** Shorter ones would take ordinary words out of messages. */
const SHORTEST = 6;

/**
 * Every secret of the environment, from variables, files and the warehouse's URL, so that a text can be rid of them.
 *
 * Throws nothing: a file that cannot be read holds nothing that could be told.
 */
export function knownSecrets(env: NodeJS.ProcessEnv, workingDirectory: string): string[] {
  const found = SECRET_VARIABLES.flatMap((name) => {
    const file = env[`${name}_FILE`];
    return [env[name] ?? '', ...(file ? [contentOf(path.resolve(workingDirectory, file))] : [])];
  });
  const inUrl = /^postgres(?:ql)?:\/\/[^/?#@]*:([^/?#@]*)@/.exec(env['WAREHOUSE_URL'] ?? '')?.[1] ?? '';
  found.push(inUrl, decoded(inUrl));
  return [...new Set(found)].filter((secret) => secret.length >= SHORTEST);
}

/** A text that quotes what another program said, without secrets. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '[hidden]'), text);
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
