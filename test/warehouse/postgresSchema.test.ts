import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDuckdbLiveStore } from '../../src/warehouse/live/openDuckdbLiveStore.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { FACT_TABLES } from '../../src/warehouse/factTables.js';
import { MIGRATIONS } from '../../src/warehouse/postgres/migrations.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { asSuperuser, postgresServer, testSchema, type TestSchema } from '../support/postgresServer.js';
import {
  adherenceDocument,
  adherenceOf,
  dayMetrics,
  loadDocuments,
  userResult,
  windowOf,
} from '../support/windowLoads.js';

const server = await postgresServer();
const DOCUMENT = fileURLToPath(new URL('../../docs/postgres.md', import.meta.url));
const newest = MIGRATIONS.at(-1)?.version ?? 0;

let directory: string;
let schema: TestSchema;
let opened: Pick<Warehouse, 'release'>[];
let warehouse: Warehouse;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterline-postgres-schema-'));
  schema = await testSchema(server);
  opened = [];
  warehouse = open();
});
afterEach(async () => {
  for (const one of opened) await one.release();
  await schema.drop();
  await rm(directory, { recursive: true, force: true });
});

function open(): Warehouse {
  const one = openPostgresWarehouse(schema.config, { tempDirectory: directory, connections: 3 });
  opened.push(one);
  return one;
}

async function partitions(): Promise<unknown[]> {
  const found = await schema.admin(
    `SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relispartition AND relkind = 'r' ORDER BY relname`,
    [schema.config.schema],
  );
  return found.map((row) => row['relname']);
}

describe('the schema in Postgres', () => {
  it('is made once when eight workers start at once', async () => {
    const workers = [...Array(8).keys()].map(() => open());
    await Promise.all(workers.map((one) => one.migrate()));
    expect(await warehouse.query('SELECT version FROM schema_version ORDER BY version')).toEqual(
      MIGRATIONS.map(({ version }) => ({ version })),
    );
    expect(await warehouse.query('SELECT value FROM warehouse_setting')).toEqual([{ value: 'genesys' }]);
  });

  it('has the tables and columns that DuckDB has, in the same order and with the same types', async () => {
    const embedded = openDuckdbWarehouse({ path: join(directory, 'w.duckdb'), tempDirectory: join(directory, 'temp') });
    opened.push(embedded);
    const columns = (
      of: string,
    ) => `SELECT table_name, column_name, upper(data_type) AS data_type FROM information_schema.columns
      WHERE table_schema = '${of}' ORDER BY table_name, ordinal_position`;
    const live = openDuckdbLiveStore({ path: join(directory, 'live.duckdb'), tempDirectory: join(directory, 'temp') });
    opened.push(live);
    const liveColumns = (await live.query(columns('main'))).filter((row) => row['table_name'] !== 'schema_version');
    const byTable = (row: Record<string, unknown>): string => String(row['table_name']);
    const all = [...(await embedded.query(columns('main'))), ...liveColumns];
    const inDuckdb = all
      .sort((one, other) => byTable(one).localeCompare(byTable(other)))
      .map((column) => ({
        ...column,
        data_type: String(column['data_type'])
          .replace(/^VARCHAR$/, 'TEXT')
          .replace(/^DOUBLE$/, 'DOUBLE PRECISION'),
      }));
    expect(inDuckdb.length).toBeGreaterThan(150);
    expect(await warehouse.query(columns(schema.config.schema))).toEqual(inDuckdb);
  });

  it('of a newer version is refused unharmed, at the start and under the hands of a worker', async () => {
    await warehouse.migrate();
    await schema.admin('INSERT INTO schema_version VALUES ($1, now())', [newest + 1]);
    const told = {
      name: 'Blocked',
      message: expect.stringContaining(
        `was written by a newer version of Rosterline (its schema is ${newest + 1}, this version knows ${newest}). It was not touched`,
      ) as unknown,
    };
    await expect(open().migrate()).rejects.toMatchObject(told);
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
    await expect(loadDocuments(warehouse, window, [adherenceOf(window, ['ana'], 2)])).rejects.toMatchObject(told);
    await expect(warehouse.markFailed(window, ['2024-01-01'], 'Corrupt')).rejects.toMatchObject(told);
    expect(await schema.admin('SELECT * FROM coverage')).toEqual([]);
    expect(await partitions()).toEqual([]);
  });

  it('is worked on by the role that docs/postgres.md makes, which has nothing else', async () => {
    const id = schema.config.schema;
    const names = { rosterline: `r_${id}`, dwh: `d_${id}`, wfm: 'wfm' };
    const [, setup = ''] = /```sql\n([\s\S]*?)```/.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
    const named = Object.entries(names).reduce(
      (sql, [word, name]) => sql.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), name),
      setup,
    );
    const [cluster = '', inside = ''] = named.split(/^\\connect .*\n/m);
    const within = { ...server, database: names.dwh };
    const own = {
      ...schema.config,
      database: names.dwh,
      user: names.rosterline,
      password: 'a long one',
      schema: 'wfm',
    };
    const worker = openPostgresWarehouse(own, { tempDirectory: directory });
    try {
      for (const statement of cluster.split(';')) await schema.admin(statement);
      await asSuperuser(within, (client) => client.query(inside));
      const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
      await loadDocuments(worker, window, [adherenceOf(window, ['ana'], 2)]);
      expect(await worker.query('SELECT count(*) AS n FROM adherence_day')).toEqual([{ n: 2 }]);
      expect(
        await worker.query(
          `SELECT rolsuper OR rolcreatedb OR rolcreaterole OR has_database_privilege(current_database(), 'CREATE') AS more
           FROM pg_roles WHERE rolname = current_user`,
        ),
      ).toEqual([{ more: false }]);
    } finally {
      await worker.release();
      await schema.admin(`DROP DATABASE IF EXISTS ${names.dwh} WITH (FORCE)`);
      await schema.admin(`DROP ROLE IF EXISTS ${names.rosterline}`);
    }
  });
});

describe('partitions', () => {
  const window = windowOf('adherence', 'mu-1', '2024-01-30', '2024-02-02');
  const load = adherenceOf(window, ['ana'], 3);

  it('are made for the months of a load, each table its own, and rows are in those of their date', async () => {
    await loadDocuments(warehouse, window, [load]);
    expect(await partitions()).toEqual(
      FACT_TABLES.adherence.toSorted().flatMap((table) => [`${table}_p2024_01`, `${table}_p2024_02`]),
    );
    expect(await schema.admin('SELECT count(*)::int AS n FROM adherence_day_p2024_02')).toEqual([{ n: 1 }]);
  });

  it('are made once by workers that load the same month at once', async () => {
    const workers = [...Array(6).keys()].map((unit) => {
      const own = windowOf('adherence', `mu-${unit}`, '2024-05-01', '2024-05-03');
      return loadDocuments(unit % 2 ? open() : warehouse, own, [adherenceOf(own, ['ana'], 2)]);
    });
    await Promise.all(workers);
    expect(await warehouse.query('SELECT count(*) AS n FROM adherence_day')).toEqual([{ n: 12 }]);
    expect(await partitions()).toHaveLength(3);
  });

  it('are made while somebody reads the table, who goes on reading', async () => {
    await warehouse.migrate();
    await asSuperuser(server, async (reader) => {
      await reader.query(`BEGIN; SELECT count(*) FROM ${schema.config.schema}.adherence_day`);
      await loadDocuments(warehouse, window, [load]);
      await reader.query('COMMIT');
    });
    expect(await partitions()).toHaveLength(6);
  });

  it('of other lengths that an administrator made are used as they are', async () => {
    await warehouse.migrate();
    await schema.admin(
      `CREATE TABLE days_of_2024 PARTITION OF adherence_day FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
       CREATE TABLE all_exceptions PARTITION OF adherence_exception DEFAULT;
       GRANT ALL ON days_of_2024, all_exceptions TO ${schema.config.user}`,
    );
    await loadDocuments(warehouse, window, [load]);
    expect(await partitions()).toEqual([
      'adherence_actual_p2024_01',
      'adherence_actual_p2024_02',
      'all_exceptions',
      'days_of_2024',
    ]);
    expect(await schema.admin('SELECT count(*)::int AS n FROM days_of_2024')).toEqual([{ n: 3 }]);
  });
});

describe('what an analyst added', () => {
  it('stays: a column, a view over ours and a table beside them, through loads, holds and other formulas', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
    const day = windowOf('occupancy', 'mu-1', '2024-01-01', '2024-01-03');
    await loadDocuments(warehouse, window, [adherenceOf(window, ['ana'], 2)]);
    await schema.admin(
      `ALTER TABLE adherence_day ADD COLUMN region TEXT DEFAULT 'APAC';
       ALTER TABLE business_unit ADD COLUMN cost_centre TEXT;
       CREATE VIEW regional AS SELECT region, count(*)::int AS days FROM adherence_day GROUP BY region;
       CREATE VIEW busy AS SELECT user_id, occupancy FROM occupancy_day;
       CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('asked the Penang team')`,
    );
    await warehouse.placeHold({
      holdId: 'h',
      dataset: null,
      managementUnitId: null,
      from: '2024-01-01',
      to: '2025-01-01',
    });
    const restatedDays = [0, 1].map((day) => dayMetrics(day * 86_400, { impactSeconds: -900 }));
    const restated = [userResult('ana', [], { dayMetrics: restatedDays }), userResult('ben', [0, 1])];
    await loadDocuments(warehouse, window, [adherenceDocument(window, restated)], {
      requestedAt: '2026-01-11T00:00:00.000Z',
    });
    const later = windowOf('adherence', 'mu-1', '2024-07-01', '2024-07-02');
    await loadDocuments(warehouse, later, [adherenceOf(later, ['ana'], 1)]);
    await loadDocuments(warehouse, day, [{ results: [] }], { settings: { formula: 'interacting-idle' } });
    await warehouse.release();
    await warehouse.migrate();
    expect(await schema.admin('SELECT region, days FROM regional')).toEqual([{ region: 'APAC', days: 5 }]);
    expect(await schema.admin('SELECT * FROM busy')).toEqual([]);
    expect(await schema.admin('SELECT text FROM note')).toEqual([{ text: 'asked the Penang team' }]);
    expect(await schema.admin('SELECT count(*)::int AS n FROM adherence_day_superseded')).toEqual([{ n: 2 }]);
  });
});

describe('texts', () => {
  it('come through as they are: quotes, commas, lines, backslashes, nothing and the empty text', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    const odd = ['a "b"', 'x,y', 'two\nlines', '\\N', '\\.', "l'été 李", '', null, ' padded '];
    const exceptionInfo = odd.map((impact, index) => ({
      startOffsetSeconds: index,
      endOffsetSeconds: index + 1,
      impact,
    }));
    const document = adherenceOf(window, [], 1) as { userResults: object[] };
    document.userResults.push({ userId: 'ana', dayMetrics: [], exceptionInfo });
    await loadDocuments(warehouse, window, [document]);
    const found = await warehouse.query('SELECT impact FROM adherence_exception ORDER BY start_at');
    expect(found.map((row) => row['impact'])).toEqual(odd);
  });

  it('that no Postgres database can hold are refused as corrupt, and nothing is changed', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    const nul = adherenceOf(window, ['a\u0000na'], 1);
    await expect(loadDocuments(warehouse, window, [nul])).rejects.toMatchObject({ name: 'Corrupt' });
    expect(await warehouse.allCoverage()).toEqual([]);
  });
});
