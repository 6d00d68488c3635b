import type { DuckDBConnection } from '@duckdb/node-api';
import { Failure } from '../../domain/failure.js';
import { MIGRATIONS, type Migration } from './migrations.js';
import { inTransaction, rowOf } from './rows.js';

/**
 * Brings the schema to the last of `migrations`, step by step, each in a transaction of its own.
 *
 * A file that is refused keeps every byte: what its last writer, when it was killed, left beside it (`.wal`) stays there too, where
 * DuckDB would merge it in on closing.
 *
 * @throws Failure `Blocked` when the file was written by a newer version; it is not touched.
 */
export async function migrate(
  connection: DuckDBConnection,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await connection.run('PRAGMA disable_checkpoint_on_shutdown');
  const found = await schemaVersion(connection);
  const newest = migrations.at(-1)?.version ?? 0;
  if (found > newest) {
    throw new Failure(
      'Blocked',
      `the warehouse ${path} was written by a newer version of Rosterline (its schema is ${found}, this version knows ${newest}). It was not touched; use that version or another file`,
    );
  }
  for (const migration of migrations) {
    if (migration.version <= found) continue;
    await inTransaction(connection, async () => {
      await connection.run(
        `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ)`,
      );
      for (const statement of migration.statements) await connection.run(statement);
      await connection.run(`INSERT INTO schema_version VALUES (?, now())`, [migration.version]);
    });
  }
  await connection.run('PRAGMA enable_checkpoint_on_shutdown');
}

/** Version of the schema in a file; 0 where there is none. */
export async function schemaVersion(connection: DuckDBConnection): Promise<number> {
  const table = await rowOf(connection, `SELECT 1 FROM duckdb_tables() WHERE table_name = 'schema_version'`);
  if (!table) return 0;
  const newest = await rowOf<{ version: number | null }>(
    connection,
    'SELECT max(version) AS version FROM schema_version',
  );
  return newest?.version ?? 0;
}
