import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { PostgresConfig } from '../../src/config/storageConfig.js';
import { withLock } from '../../src/temporal/processLock.js';
import { type PostgresServer, startPostgresCluster } from './postgresCluster.js';
import { readJson, recordSharedServer, testRunDirectory } from './testRun.js';

/** A schema of one test, owned by a role that has nothing else. */
export interface TestSchema {
  readonly config: PostgresConfig;
  /** Runs statements as the superuser, with the schema as its search path. */
  admin(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** The role that tests work as: no superuser, and owner of its schemas alone, as docs/postgres.md has it. */
const ROLE = 'rosterline_writer';
const ROLE_PASSWORD = 'not-a-secret';

/**
 * The PostgreSQL server that all test files of a run share: the one that `POSTGRES_URL` names (as a superuser), else a throwaway
 * cluster that the first who asks starts and the run's end removes. It does not flush its writes.
 */
export async function postgresServer(): Promise<PostgresServer> {
  const run = testRunDirectory();
  const ready = join(run, 'postgres-ready.json');
  const log = (line: string) => void process.stderr.write(`${line}\n`);
  return await withLock(join(run, 'postgres.lock'), 'starting the PostgreSQL server of the tests', log, async () => {
    const started = readJson(ready) as PostgresServer | undefined;
    if (started) return started;
    const server = serverOfUrl(process.env['POSTGRES_URL']) ?? (await startShared());
    await makeWriter(server);
    writeFileSync(ready, JSON.stringify(server));
    return server;
  });
}

/** Makes the role that `testSchema` gives its schemas to. */
export async function makeWriter(server: PostgresServer): Promise<void> {
  await asSuperuser(server, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [ROLE]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${ROLE_PASSWORD}'`);
  });
}

/** An empty schema on a server, for one test. */
export async function testSchema(server: PostgresServer): Promise<TestSchema> {
  const schema = `t_${randomUUID().replaceAll('-', '')}`;
  const { host, port, database } = server;
  await asSuperuser(server, (client) => client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${ROLE}`));
  return {
    config: {
      kind: 'postgres',
      host,
      port,
      database,
      user: ROLE,
      password: ROLE_PASSWORD,
      tls: 'disable',
      tlsCaFile: null,
      schema,
      memory: '256MB',
    },
    admin: async (sql, values = []) =>
      await asSuperuser(server, async (client) => {
        await client.query(`SET search_path TO ${schema}`);
        return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
      }),
    drop: async () => {
      await asSuperuser(server, (client) => client.query(`DROP SCHEMA ${schema} CASCADE`));
    },
  };
}

/** Runs with a connection of the superuser's. */
export async function asSuperuser<Result>(
  { host, port, database, superuser, password }: PostgresServer,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ host, port, database, user: superuser, password });
  // A test that ends the server ends this too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function startShared(): Promise<PostgresServer> {
  const cluster = await startPostgresCluster({ fsync: false });
  recordSharedServer('postgres', cluster.processId().pid);
  return cluster.server;
}

function serverOfUrl(text: string | undefined): PostgresServer | undefined {
  if (!text) return undefined;
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    superuser: decodeURIComponent(url.username) || 'postgres',
    password: decodeURIComponent(url.password),
  };
}
