import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { postgresServer, testSchema } from '../support/postgresServer.js';

const WORKERS = 4;
/** Each time one of them is the first; whether another asks just before it ends is chance. */
const TIMES = 5;

it('makes the tables once where many workers start at once on an empty schema', async () => {
  const server = await postgresServer();
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-postgres-start-'));
  for (let time = 0; time < TIMES; time++) {
    const schema = await testSchema(server);
    const warehouses = Array.from({ length: WORKERS }, () =>
      openPostgresWarehouse(schema.config, { tempDirectory: directory }),
    );
    const started = await Promise.allSettled(warehouses.map((warehouse) => warehouse.migrate()));
    expect(started.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (const warehouse of warehouses) await warehouse.release();
    await schema.drop();
  }
  await rm(directory, { recursive: true, force: true });
});
