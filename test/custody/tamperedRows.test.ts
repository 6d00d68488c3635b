import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bindSeals } from '../../src/custody/bindSeals.js';
import { verify } from '../../src/custody/verify.js';
import type { Broken } from '../../src/custody/verifyReport.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { postgresServer, testSchema } from '../support/postgresServer.js';
import { adherenceDocument, dayMetrics, loadDocuments, userResult, windowOf } from '../support/windowLoads.js';

/** A warehouse, and statements that somebody runs in it with another program. */
interface Place {
  readonly warehouse: Warehouse;
  run(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

const PLACES: Readonly<Record<string, (directory: string) => Promise<Place>>> = {
  DuckDB: (directory) => {
    const path = join(directory, 'warehouse.duckdb');
    const warehouse = openDuckdbWarehouse({ path, tempDirectory: join(directory, 'temp'), threads: 1 });
    const run = async (sql: string): Promise<unknown> => {
      await warehouse.release();
      const instance = await DuckDBInstance.fromCache(path);
      const connection = await instance.connect();
      try {
        return await connection.run(sql);
      } finally {
        connection.disconnectSync();
        instance.closeSync();
      }
    };
    return Promise.resolve({ warehouse, run, close: () => warehouse.release() });
  },
  Postgres: async (directory) => {
    const schema = await testSchema(await postgresServer());
    const warehouse = openPostgresWarehouse(schema.config, { tempDirectory: directory });
    const close = async (): Promise<void> => {
      await warehouse.release();
      await schema.drop();
    };
    return { warehouse, run: (sql) => schema.admin(sql), close };
  },
};

describe.each(Object.keys(PLACES))('rows that somebody changed in %s', (name) => {
  const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
  let directory: string;
  let place: Place;
  let store: ObjectStore;

  const load = async (percentage: number): Promise<void> => {
    const document = adherenceDocument(window, [
      {
        userId: 'ana',
        exceptionInfo: [],
        dayMetrics: [0, 86_400].map((day) => dayMetrics(day, { adherencePercentage: percentage })),
      },
      userResult('ben', [0, 1]),
    ]);
    await store.landBytes(Buffer.from(JSON.stringify(document)), 'identity');
    await loadDocuments(place.warehouse, window, [document], {
      requestedAt: `2026-01-1${percentage % 10}T00:00:00.000Z`,
    });
    await bindSeals(store, place.warehouse, { kind: 'export', at: '2026-01-20T00:00:00.000Z' });
  };
  const broken = async (): Promise<readonly Broken[]> => (await verify({ store, facts: place.warehouse })).broken;
  const contents: unknown = expect.stringMatching(/^md5-1:\d+$/);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-tampered-'));
    store = openFileStore({ directory: join(directory, 'objects') });
    place = await (PLACES[name] ?? (() => Promise.reject(new Error(name))))(directory);
    await load(91);
  });
  afterEach(async () => {
    await place.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('are found by value, day and table, and not where the same answer was loaded again', async () => {
    expect(await broken()).toEqual([]);
    await load(93);
    expect(await broken()).toEqual([]);
    await place.run(
      `UPDATE adherence_day SET adherence_percentage = 93.01 WHERE user_id = 'ana' AND local_date = DATE '2024-01-02'`,
    );
    expect(await broken()).toEqual([
      {
        kind: 'rows-differ',
        windowId: 'export/adherence/mu-1/2024-01-01_2024-01-03',
        object: 'adherence_day/mu-1/2024-01-02',
        expected: contents,
        actual: contents,
      },
    ]);
    await place.run(
      `UPDATE adherence_day SET adherence_percentage = 93 WHERE user_id = 'ana' AND local_date = DATE '2024-01-02'`,
    );
    expect(await broken()).toEqual([]);
  });

  it('are found where two agents changed places, a row moved to another day, one went and one came', async () => {
    await place.run(
      `UPDATE adherence_day SET adherence_percentage = CASE user_id WHEN 'ana' THEN 87.5 ELSE 91 END WHERE local_date = DATE '2024-01-01'`,
    );
    expect(await broken()).toMatchObject([
      { kind: 'rows-differ', object: 'adherence_day/mu-1/2024-01-01', expected: contents, actual: contents },
    ]);
    await place.run(`DELETE FROM adherence_day WHERE user_id = 'ana' AND local_date = DATE '2024-01-01'`);
    await place.run(
      `UPDATE adherence_day SET user_id = 'cat' WHERE user_id = 'ben' AND local_date = DATE '2024-01-02'`,
    );
    expect(await broken()).toMatchObject([
      { kind: 'rows-differ', object: 'adherence_day/mu-1/2024-01-01', expected: 2, actual: 1 },
      { kind: 'rows-differ', object: 'adherence_day/mu-1/2024-01-02', expected: contents, actual: contents },
    ]);
    await place.run(
      `UPDATE adherence_day SET local_date = DATE '2024-01-01' WHERE user_id = 'ana' AND local_date = DATE '2024-01-02'`,
    );
    expect(await broken()).toMatchObject([
      { object: 'adherence_day/mu-1/2024-01-01', expected: contents },
      { object: 'adherence_day/mu-1/2024-01-02', expected: 2, actual: 1 },
    ]);
  });
});
