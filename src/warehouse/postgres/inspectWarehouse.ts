import { Client, escapeIdentifier } from 'pg';
import type { PostgresConfig } from '../../config/storageConfig.js';
import { postgresLocation } from '../../domain/locationText.js';
import { clientSettings } from './clientSettings.js';
import { schemaVersion } from './migrate.js';
import { MIGRATIONS } from './migrations.js';
import { postgresFailure } from './postgresFailure.js';
import { Session } from './session.js';

/** What is at the warehouse's place, seen by the configured user. */
export interface PostgresState {
  /** As the server tells it: `15.4 (Debian 15.4-1)`. */
  readonly serverVersion: string;
  /** `150004`. */
  readonly serverVersionNumber: number;
  readonly encoding: string;
  readonly isStandby: boolean;
  /** Protocol of this connection, such as `TLSv1.3`; null where it is in clear. */
  readonly tlsProtocol: string | null;
  readonly isSuperuser: boolean;
  readonly schemaExists: boolean;
  /** Whether the user may make tables in the schema; where there is none, whether it may make the schema. */
  readonly canCreate: boolean;
  /** Version of our schema found, 0 where there is none yet, and the newest one that this program knows. */
  readonly schemaVersion: number;
  readonly newestVersion: number;
  readonly managementUnitIds: readonly string[];
}

const STATEMENT_MS = 10_000;

const SERVER = `
  SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
         current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
         (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls,
         (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
         EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1) AS exists`;

const RIGHTS = {
  schema: "SELECT has_schema_privilege($1, 'CREATE') AND has_schema_privilege($1, 'USAGE') AS allowed",
  database: "SELECT has_database_privilege(current_database(), 'CREATE') AS allowed",
} as const;

interface ServerRow {
  readonly version: string;
  readonly number: number;
  readonly encoding: string;
  readonly standby: boolean;
  readonly tls: string | null;
  readonly superuser: boolean;
  readonly exists: boolean;
}

/**
 * Looks at a warehouse without migrating or making it, as a worker would connect.
 *
 * @throws Failure `Blocked` when there is no answer, or the user is not let in.
 */
export async function inspectWarehouse(config: PostgresConfig): Promise<PostgresState> {
  const location = postgresLocation(config);
  let phase: 'connecting' | 'connected' = 'connecting';
  const client = new Client({ ...(await clientSettings(config)), statement_timeout: STATEMENT_MS });
  // Told by the statement.
  client.on('error', () => undefined);
  try {
    await client.connect();
    phase = 'connected';
    const session = new Session(client as unknown as ConstructorParameters<typeof Session>[0], STATEMENT_MS);
    return await stateOf(session, config.schema);
  } catch (error) {
    throw postgresFailure(error, location, phase);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function stateOf(session: Session, schema: string): Promise<PostgresState> {
  const server = await session.row<ServerRow>(SERVER, [schema]);
  if (!server) throw new Error('the server told nothing of itself');
  const rights = server.exists
    ? await session.row<{ allowed: boolean }>(RIGHTS.schema, [schema])
    : await session.row<{ allowed: boolean }>(RIGHTS.database);
  const found = await schemaVersion(session, schema);
  const newestVersion = MIGRATIONS.at(-1)?.version ?? 0;
  const units =
    found > 0 && found <= newestVersion
      ? await session.rows<{ id: string }>(`SELECT id FROM ${escapeIdentifier(schema)}.management_unit`)
      : [];
  return {
    serverVersion: server.version,
    serverVersionNumber: server.number,
    encoding: server.encoding,
    isStandby: server.standby,
    tlsProtocol: server.tls,
    isSuperuser: server.superuser,
    schemaExists: server.exists,
    canCreate: rights?.allowed ?? false,
    schemaVersion: found,
    newestVersion,
    managementUnitIds: units.map(({ id }) => id),
  };
}
