import { escapeIdentifier } from 'pg';
import { Failure } from '../../domain/failure.js';
import { writersLock } from './locks.js';
import { MIGRATIONS, type Migration } from './migrations.js';
import type { Session } from './session.js';

const OLDEST_SERVER = 150_000;

/** Where the schema is. */
export interface SchemaPlace {
  readonly location: string;
  readonly schema: string;
}

/**
 * Brings the schema to the last of `migrations`, in the caller's transaction: all steps or none.
 *
 * Workers that start at once wait for the first, and find it done.
 *
 * @throws Failure `Blocked` when a newer version wrote the schema, the server is too old, or the database has another encoding.
 */
export async function migrate(
  session: Session,
  { location, schema }: SchemaPlace,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await requireServer(session, location);
  if ((await schemaVersion(session, schema)) === newest(migrations)) return;
  await writersLock(session, schema, 'alone');
  const found = await schemaVersion(session, schema);
  if (found > newest(migrations)) throw newerSchema(location, found, newest(migrations));
  await createSchema(session, { location, schema });
  for (const migration of migrations) {
    if (migration.version <= found) continue;
    await session.run(
      'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL)',
    );
    for (const statement of migration.statements) await session.run(statement);
    await session.run('INSERT INTO schema_version VALUES ($1, now())', [migration.version]);
  }
}

/** Version of the schema; 0 where there is none. */
export async function schemaVersion(session: Session, schema: string): Promise<number> {
  const table = `${escapeIdentifier(schema)}.schema_version`;
  // Not by to_regclass: it goes by the session's own cache, in which a table that another made while this one waited is still missing.
  const known = await session.row<{ known: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE nspname = $1 AND relname = 'schema_version') AS known`,
    [schema],
  );
  if (known?.known !== true) return 0;
  const found = await session.row<{ version: number | null }>(`SELECT max(version) AS version FROM ${table}`);
  return found?.version ?? 0;
}

/** @throws Failure `Blocked` when a newer version migrated the schema since this process looked. */
export async function requireKnownSchema(session: Session, location: string): Promise<void> {
  const found = await session.row<{ version: number | null }>('SELECT max(version) AS version FROM schema_version');
  const version = found?.version ?? 0;
  if (version > newest(MIGRATIONS)) throw newerSchema(location, version, newest(MIGRATIONS));
}

/** A role that owns its schema and nothing else may not say CREATE SCHEMA, not even of one that exists. */
async function createSchema(session: Session, { location, schema }: SchemaPlace): Promise<void> {
  const found = await session.row<{ exists: boolean; may: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1) AS "exists",
            has_database_privilege(current_database(), 'CREATE') AS may`,
    [schema],
  );
  if (found?.exists === true) return;
  if (found?.may === true) return await session.run(`CREATE SCHEMA ${escapeIdentifier(schema)}`);
  throw new Failure(
    'Blocked',
    `the warehouse ${location} has no schema ${schema}, and the user may not create it. Nothing was changed; create it for the user (docs/postgres.md)`,
  );
}

async function requireServer(session: Session, location: string): Promise<void> {
  const server = await session.row<{ number: string; version: string; encoding: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version,
            current_setting('server_encoding') AS encoding`,
  );
  if (!server) return;
  const wrong =
    Number(server.number) < OLDEST_SERVER
      ? `is PostgreSQL ${server.version}; 15 or newer is needed`
      : server.encoding !== 'UTF8'
        ? `has the encoding ${server.encoding}; create a database with UTF8`
        : null;
  if (wrong !== null) throw new Failure('Blocked', `the warehouse ${location} ${wrong}. Nothing was changed`);
}

function newest(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

function newerSchema(location: string, found: number, known: number): Failure {
  return new Failure(
    'Blocked',
    `the warehouse ${location} was written by a newer version of Rosterline (its schema is ${found}, this version knows ${known}). It was not touched; use that version or another schema`,
  );
}
