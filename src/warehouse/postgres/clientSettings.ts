import { readFile } from 'node:fs/promises';
import type { ClientConfig } from 'pg';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { Failure } from '../../domain/failure.js';
import { PLAIN_TYPES } from './plainTypes.js';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * What the driver needs. Authorities are read anew each time, so that a renewed file needs no restart.
 *
 * @throws Failure `Blocked` when the file of authorities cannot be read.
 */
export async function clientSettings(config: PostgresConfig): Promise<ClientConfig> {
  const { host, port, database, user, password } = config;
  return {
    host,
    port,
    database,
    user,
    // Asked for, and never missing: the driver would look for one in the environment and the home directory.
    password: () => password ?? '',
    ssl: await tlsOf(config),
    application_name: 'rosterline',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: PLAIN_TYPES,
  };
}

async function tlsOf({ tls, tlsCaFile, host }: PostgresConfig): Promise<ClientConfig['ssl']> {
  if (tls === 'disable') return false;
  // `host` is what a certificate is held to where the address is a number, which the driver does not pass on by itself.
  if (tls === 'require') return { rejectUnauthorized: false, host };
  return { rejectUnauthorized: true, host, ...(tlsCaFile === null ? {} : { ca: await authorities(tlsCaFile) }) };
}

async function authorities(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Failure(
      'Blocked',
      `the certificates of authorities in ${path} cannot be read (${String((error as NodeJS.ErrnoException).code)}). Nothing was changed; correct sslrootcert or the file`,
      {},
      { cause: error },
    );
  }
}
