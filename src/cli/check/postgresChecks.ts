import { describeLocation } from '../../config/describeLocation.js';
import type { PostgresConfig } from '../../config/storageConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { isLoopback } from '../../domain/loopback.js';
import type { PostgresState } from '../../warehouse/postgres/inspectWarehouse.js';
import { schemaVersionText } from './schemaVersionText.js';

const OLDEST_SERVER = 150_000;

const NEEDED = {
  server: 'a PostgreSQL server, 15 or newer, that lets this user write',
  tls: 'an encrypted connection to a server whose certificate is checked, unless it stays on this machine',
  rights: 'the right to make tables in the schema, and no superuser',
  schema: 'a version that this program knows',
} as const;

/**
 * The warehouse's server, how the connection is protected, the user's rights, and our schema. Makes nothing, does not migrate.
 *
 * @param look at the database, once for the whole command.
 */
export async function checkPostgres(
  list: Checklist,
  config: PostgresConfig,
  look: () => Promise<PostgresState>,
): Promise<void> {
  const state = await list.look('warehouse', NEEDED.server, async () => server(await look(), config));
  if (state === null) {
    for (const [name, needed] of [
      ['warehouse TLS', NEEDED.tls],
      ['warehouse rights', NEEDED.rights],
      ['warehouse schema', NEEDED.schema],
    ] as const)
      list.skip(name, needed, 'the warehouse does not answer as it should');
    return;
  }
  await list.look('warehouse TLS', NEEDED.tls, () => protection(state, config));
  await list.look('warehouse rights', NEEDED.rights, () => rights(state, config));
  await list.look('warehouse schema', NEEDED.schema, () =>
    state.schemaVersion === 0
      ? { value: true as const, message: `none of ours in ${config.schema} yet; the worker makes it` }
      : schemaVersionText(describeLocation(config), state, 'another schema'),
  );
}

function server(state: PostgresState, config: PostgresConfig): Found<PostgresState> {
  const location = describeLocation(config);
  if (state.serverVersionNumber < OLDEST_SERVER)
    throw new Error(`${location} is PostgreSQL ${state.serverVersion}; 15 or newer is needed`);
  if (state.encoding !== 'UTF8')
    throw new Error(`${location} has the encoding ${state.encoding}: create a database with UTF8`);
  if (state.isStandby) throw new Error(`${location} is a standby, which takes no writes: give the primary's address`);
  return { value: state, message: `${location} answers user ${config.user}, PostgreSQL ${state.serverVersion}` };
}

function protection({ tlsProtocol }: PostgresState, { tls, host }: PostgresConfig): Found<true> {
  if (tls === 'verify-full') return { value: true, message: `${tlsProtocol ?? 'TLS'}, certificate checked` };
  if (tls === 'require')
    return {
      value: true,
      message: `${tlsProtocol ?? 'TLS'}, but nobody checks whose certificate it is: set sslmode=verify-full, with sslrootcert where the authority is your own`,
      warning: true,
    };
  return isLoopback({ hostname: host }) || host === '::1'
    ? { value: true, message: 'none, on this machine' }
    : {
        value: true,
        message: `none: agents' data crosses the network to ${host} in clear (sslmode=disable)`,
        warning: true,
      };
}

function rights(
  { canCreate, isSuperuser, schemaExists }: PostgresState,
  { user, schema }: PostgresConfig,
): Found<true> {
  if (!canCreate)
    throw new Error(
      schemaExists
        ? `${user} may not make tables in the schema ${schema}: GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${user} (docs/postgres.md)`
        : `there is no schema ${schema}, and ${user} may not make one: CREATE SCHEMA ${schema} AUTHORIZATION ${user} (docs/postgres.md)`,
    );
  if (isSuperuser)
    return {
      value: true,
      message: `${user} is a superuser: give the worker a role that owns its schema alone (docs/postgres.md)`,
      warning: true,
    };
  return { value: true, message: schemaExists ? `${user} may make tables in ${schema}` : `${user} may make ${schema}` };
}
