import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openFileDestination } from '../../src/publish/fileDestination.js';
import { publish, type PublishReport } from '../../src/publish/publish.js';
import { tryLock } from '../../src/temporal/processLock.js';
import { openDuckdbParquet } from '../../src/warehouse/duckdb/duckdbParquet.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { ParquetSource } from '../../src/warehouse/parquetSource.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { openPostgresParquet } from '../../src/warehouse/postgres/postgresParquet.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { postgresServer, testSchema, type TestSchema } from '../support/postgresServer.js';
import { filesUnder } from '../support/publishRig.js';
import { adherenceDocument, aggregates, bucket, loadDocuments, userResult, windowOf } from '../support/windowLoads.js';

/** Texts that a copy from one database to the other could get wrong. */
const HARD_TEXTS = [
  '',
  '\\N',
  'NULL',
  '"quoted", and a comma',
  'two\nlines',
  'back\\slash\\n',
  'naïve 漢字 🙂',
  ' blank ',
];

describe('publish from Postgres', () => {
  let directory: string;
  let schema: TestSchema;
  let embedded: Warehouse;
  let server: Warehouse;
  let sources: Record<'embedded' | 'server', ParquetSource>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rosterline-publish-'));
    schema = await testSchema(await postgresServer());
    const duckdb = { path: join(directory, 'warehouse.duckdb'), tempDirectory: join(directory, 'temp'), threads: 2 };
    embedded = openDuckdbWarehouse(duckdb);
    server = openPostgresWarehouse(schema.config, { tempDirectory: join(directory, 'staging') });
    sources = {
      embedded: openDuckdbParquet(duckdb),
      server: openPostgresParquet(schema.config, { tempDirectory: join(directory, 'staging') }),
    };
    for (const warehouse of [embedded, server]) await fill(warehouse);
  });
  afterAll(async () => {
    for (const each of [sources.embedded, sources.server, embedded, server]) await each.release();
    await schema.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('writes the same bytes as from the embedded warehouse, to the last odd character', async () => {
    const [one, other] = [await publishFrom('embedded'), await publishFrom('server')];
    expect(other.rows).toBe(one.rows);
    expect(other.tables).toEqual(one.tables);
    expect(one.tables).toMatchObject({
      adherence_day: { rows: 3 },
      occupancy_interval: { rows: 2 },
      agent: { rows: 9 },
    });
    // Files are named by their content.
    const [files, otherFiles] = [await filesUnder(placeOf('embedded')), await filesUnder(placeOf('server'))];
    expect([...otherFiles.keys()]).toEqual([...files.keys()]);
  });

  it('writes only the month whose days were loaded again', async () => {
    const window = windowOf('adherence', 'mu-1', '2026-02-02', '2026-02-03');
    await loadDocuments(server, window, [adherenceDocument(window, [userResult('ana', [0]), userResult('cy', [0])])], {
      requestedAt: '2026-04-01T00:00:00.000Z',
    });
    const report = await publishFrom('server');
    expect(report.written.map(({ table, month, rows }) => [table, month, rows])).toEqual([
      ['adherence_day', '2026-02', 2],
      ['coverage', '2026-02', 1],
    ]);
    expect(await publishFrom('server')).toMatchObject({ written: [], changed: false });
  });

  async function publishFrom(from: 'embedded' | 'server'): Promise<PublishReport> {
    const destination = await openFileDestination(placeOf(from), tryLock);
    try {
      const request = { tables: null, since: null, full: false, names: true };
      return await publish({ source: sources[from], destination, request, now: '2026-03-02T00:00:00.000Z' });
    } finally {
      await destination.close();
    }
  }

  function placeOf(from: string): string {
    return join(directory, from);
  }
});

async function fill(warehouse: Warehouse): Promise<void> {
  await warehouse.loadStructure({
    businessUnits: [{ id: 'bu-1', name: 'Support' }],
    managementUnits: [
      { id: 'mu-1', name: 'Kuala Lumpur', businessUnitId: 'bu-1', timeZone: 'Asia/Singapore', startDayOfWeek: null },
    ],
    agents: [
      ...HARD_TEXTS.map((name, number) => ({ userId: `user-${number}`, name, managementUnitId: 'mu-1' })),
      { userId: 'nameless', name: null, managementUnitId: 'mu-1' },
    ],
    activityCodes: [{ businessUnitId: 'bu-1', id: '0', name: 'On queue', category: null }],
    readAt: '2026-03-01T00:00:00.123Z',
  });
  const late = { startOffsetSeconds: 32_400, endOffsetSeconds: 33_840, scheduledActivityCategory: 'OnQueueWork' };
  // Apart in time: which loads must come after which is each warehouse's own matter.
  for (const [from, to, users, loadedAt] of [
    ['2026-01-30', '2026-01-31', ['ben', 'ana'], '2026-03-01T01:00:00.000Z'],
    ['2026-02-02', '2026-02-03', ['ana'], '2026-03-01T02:00:00.000Z'],
  ] as const) {
    const window = windowOf('adherence', 'mu-1', from, to);
    const results = users.map((user) => userResult(user, [0], { exceptionInfo: [late] }));
    await loadDocuments(warehouse, window, [adherenceDocument(window, results)], { loadedAt });
  }
  const occupancy = windowOf('occupancy', 'mu-1', '2026-01-30', '2026-01-31');
  const third = bucket('2026-01-30T01:00:00.000Z', { INTERACTING: 1_000_000, IDLE: 500_001 });
  const none = bucket('2026-01-30T01:30:00.000Z', { OFF_QUEUE: 1_800_000 });
  await loadDocuments(warehouse, occupancy, [aggregates({ ana: [third, none] })], {
    loadedAt: '2026-03-01T03:00:00.000Z',
  });
}
