import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { PostgresConfig } from '../src/config/storageConfig.js';
import { FACT_TABLES } from '../src/warehouse/factTables.js';
import { openPostgresWarehouse } from '../src/warehouse/postgres/openPostgresWarehouse.js';
import { type PostgresServer, startPostgresCluster } from '../test/support/postgresCluster.js';
import { comparedLoads } from './comparedLoads.js';
import type { Figure } from './figures.js';
import { timedLoad } from './loadByUs.js';
import { familySeconds } from './processMemory.js';
import type { ResultDocuments } from './resultDocuments.js';
import { type Timed, timed } from './timed.js';

const TABLES = FACT_TABLES.adherence;

/**
 * Our whole load into PostgreSQL against one `COPY` a table of the same rows into the same tables, keys, indexes and partitions.
 *
 * A cluster of its own, which flushes its writes as production does. The two take turns; figures are medians.
 */
export async function postgresLoadFigures(
  results: ResultDocuments,
  repeats: number,
  directory: string,
  say: (line: string) => void,
): Promise<Figure[]> {
  const cluster = await startPostgresCluster({
    fsync: true,
    settings: { shared_buffers: '256MB', max_wal_size: '4GB' },
  });
  try {
    const ours: Timed[] = [];
    const theirs: Timed[] = [];
    let rows = 0;
    // The first of each warms up the compiler and the page cache.
    for (let repeat = 0; repeat <= repeats; repeat++) {
      const scratch = await mkdtemp(join(directory, 'postgres-'));
      const measure = serverTimed(cluster.processId().pid);
      const us = await loadByUs(cluster.server, measure, results, scratch);
      const them = await loadByCopy(cluster.server, measure, us.config, scratch);
      if (us.rows !== them.rows) throw new Error(`our load has ${us.rows} rows, COPY ${them.rows}`);
      rows = us.rows;
      await asSuperuser(cluster.server, (client) => client.query('DROP SCHEMA measured CASCADE; CHECKPOINT'));
      if (repeat > 0) {
        ours.push(us);
        theirs.push(them);
        say(`Postgres ${repeat} of ${repeats}: ${us.seconds.toFixed(2)} s, by COPY ${them.seconds.toFixed(2)} s`);
      }
      await rm(scratch, { recursive: true, force: true });
    }
    return [
      { name: 'rows loaded into Postgres', value: rows, unit: 'rows' },
      ...comparedLoads(ours, theirs, {
        ours: 'our whole load into Postgres',
        theirs: 'one COPY a table of the same rows',
        ratio: 'our speed against COPY',
        atLeast: 0.5,
        as: 'Postgres load against COPY',
      }),
    ];
  } finally {
    await cluster.remove();
  }
}

interface TimedPostgresLoad extends Timed {
  readonly config: PostgresConfig;
  readonly rows: number;
}

/** Adds what the server's processes used. */
type Measure = (load: () => Promise<Timed>) => Promise<Timed>;

function serverTimed(pid: number): Measure {
  return async (load) => {
    const before = familySeconds(pid);
    const { seconds, processorSeconds } = await load();
    return { seconds, processorSeconds: processorSeconds + familySeconds(pid) - before };
  };
}

async function loadByUs(
  server: PostgresServer,
  measure: Measure,
  results: ResultDocuments,
  scratch: string,
): Promise<TimedPostgresLoad> {
  const { host, port, database, superuser, password } = server;
  const config: PostgresConfig = {
    kind: 'postgres',
    host,
    port,
    database,
    user: superuser,
    password,
    tls: 'disable',
    tlsCaFile: null,
    schema: 'measured',
    memory: '256MB',
  };
  const warehouse = openPostgresWarehouse(config, { tempDirectory: join(scratch, 'staging') });
  try {
    const took = await measure(() => timedLoad(warehouse, results, scratch));
    return { config, ...took, rows: await rowsOf(server) };
  } finally {
    await warehouse.release();
  }
}

/** Empties the tables, keys, indexes and partitions as they are, and times what COPY alone needs to fill them again. */
async function loadByCopy(
  server: PostgresServer,
  measure: Measure,
  config: PostgresConfig,
  scratch: string,
): Promise<TimedPostgresLoad> {
  const file = (table: string): string => join(scratch, `${table}.csv`);
  return await asSuperuser(server, async (client) => {
    for (const table of TABLES) {
      const rows = client.query(copyTo(`COPY (SELECT * FROM measured.${table}) TO STDOUT (FORMAT csv)`));
      await pipeline(rows, createWriteStream(file(table)));
    }
    await client.query(`TRUNCATE ${TABLES.map((table) => `measured.${table}`).join(', ')}; CHECKPOINT`);
    // In a transaction after that of TRUNCATE: else the server would know that nobody sees the rows, and write less.
    const took = await measure(() =>
      timed(async () => {
        await client.query('BEGIN');
        for (const table of TABLES) {
          const rows = client.query(copyFrom(`COPY measured.${table} FROM STDIN (FORMAT csv)`));
          await pipeline(createReadStream(file(table), { highWaterMark: 256 * 1024 }), rows);
        }
        await client.query('COMMIT');
      }),
    );
    return { config, ...took, rows: await rowsOf(server) };
  });
}

async function rowsOf(server: PostgresServer): Promise<number> {
  return await asSuperuser(server, async (client) => {
    const counts = TABLES.map((table) => `(SELECT count(*) FROM measured.${table})`).join(' + ');
    const { rows } = await client.query<{ rows: string }>(`SELECT ${counts} AS rows`);
    return Number(rows[0]?.rows);
  });
}

async function asSuperuser<Result>(
  { host, port, database, superuser, password }: PostgresServer,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ host, port, database, user: superuser, password });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
