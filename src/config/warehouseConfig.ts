import { existsSync } from 'node:fs';
import path from 'node:path';
import { isPrivateHost } from '../domain/privateHost.js';
import { readSecret, type Resolve } from './secretFile.js';
import type { Settings } from './settings.js';
import type { PostgresConfig, WarehouseConfig } from './storageConfig.js';
import { decodedPart, readQuery, readUrl, wrongSetting } from './storageUrl.js';

const SETTING = 'warehouse.url (WAREHOUSE_URL)';
const FORM = 'postgres://user@host:5432/database?schema=rosterline&sslmode=verify-full';
const TLS_MODES = ['disable', 'require', 'verify-full'] as const;

/** Schema of our tables where the URL names none. */
const DEFAULT_SCHEMA = 'rosterline';
const POSTGRES_PORT = 5432;

/** Names that need no quotes, so that an analyst's SQL needs none: PostgreSQL's identifiers, at most 63 bytes. */
const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * The warehouse that the settings name: `duckdb:PATH`, `postgres://…`, or a DuckDB file in the data directory.
 *
 * The URL is read at once; the password is looked for when `password` is read, so that what needs no warehouse needs no secret.
 *
 * @throws Failure `InvalidInput` naming the setting and why, never quoting the URL.
 */
export function warehouseConfig(
  settings: Settings['warehouse'],
  dataDirectory: string,
  resolve: Resolve,
): WarehouseConfig {
  const { url, memory } = settings;
  if (url === undefined || url.startsWith('duckdb:')) {
    const file = url?.slice('duckdb:'.length);
    if (settings.password !== undefined || settings.passwordFile !== undefined)
      throw wrongSetting('warehouse (WAREHOUSE_PASSWORD)', 'a password is for postgres://…; a DuckDB file has none');
    return { kind: 'duckdb', path: file ? resolve(file) : path.join(dataDirectory, 'warehouse.duckdb'), memory };
  }
  const { urlPassword, ...place } = postgresPlace(url, resolve);
  return {
    ...place,
    memory,
    get password() {
      const fileVariable = 'WAREHOUSE_PASSWORD_FILE';
      return (
        readSecret({ value: settings.password, file: settings.passwordFile, fileVariable }, resolve) ?? urlPassword
      );
    },
  };
}

function postgresPlace(
  text: string,
  resolve: Resolve,
): Omit<PostgresConfig, 'password' | 'memory'> & { urlPassword: string | null } {
  const url = readUrl(SETTING, text, FORM);
  const {
    schema = DEFAULT_SCHEMA,
    sslmode,
    sslrootcert,
  } = readQuery(SETTING, url, ['schema', 'sslmode', 'sslrootcert']);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw wrongSetting(SETTING, `names no host; such as ${FORM}`);
  const user = decodedPart(SETTING, 'the user', url.username);
  if (user === '') throw wrongSetting(SETTING, `names no user; such as ${FORM}`);
  const database = decodedPart(SETTING, 'the database', url.pathname.slice(1));
  if (database === '' || database.includes('/')) throw wrongSetting(SETTING, `names no database; such as ${FORM}`);
  if (!SCHEMA.test(schema) || schema.startsWith('pg_'))
    throw wrongSetting(SETTING, 'schema is not a name of lower-case letters, digits and _ that needs no quotes');
  return {
    kind: 'postgres',
    host,
    port: url.port === '' ? POSTGRES_PORT : Number(url.port),
    database,
    user,
    ...tlsOf(host, sslmode, sslrootcert, resolve),
    schema,
    urlPassword: url.password === '' ? null : decodedPart(SETTING, 'the password', url.password),
  };
}

function tlsOf(
  host: string,
  mode: string | undefined,
  authorities: string | undefined,
  resolve: Resolve,
): Pick<PostgresConfig, 'tls' | 'tlsCaFile'> {
  const tls = TLS_MODES.find((one) => one === (mode ?? defaultMode(host, authorities)));
  if (tls === undefined)
    throw wrongSetting(
      SETTING,
      `sslmode is one of ${TLS_MODES.join(', ')}; what falls back to plain text, or checks half, is not offered`,
    );
  if (tls === 'disable' && !isPrivateHost(host))
    throw wrongSetting(SETTING, `sslmode=disable only to this machine or a private network, and ${host} is neither`);
  if (authorities === undefined) return { tls, tlsCaFile: null };
  if (tls !== 'verify-full')
    throw wrongSetting(SETTING, `sslrootcert is looked at with sslmode=verify-full only, and it is ${tls}`);
  const tlsCaFile = resolve(authorities);
  if (!existsSync(tlsCaFile)) throw wrongSetting(SETTING, `sslrootcert: there is no file ${tlsCaFile}`);
  return { tls, tlsCaFile };
}

/** Whoever names authorities wants them asked; else only this machine may be spoken to in clear without saying so. */
function defaultMode(host: string, authorities: string | undefined): PostgresConfig['tls'] {
  const isHere = host === 'localhost' || host === '::1' || /^127\./.test(host);
  return isHere && authorities === undefined ? 'disable' : 'verify-full';
}
