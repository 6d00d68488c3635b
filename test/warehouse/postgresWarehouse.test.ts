import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { warehouseContract } from '../contract/warehouse.js';
import { postgresServer, testSchema } from '../support/postgresServer.js';

const server = await postgresServer();

warehouseContract('the Postgres warehouse', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-postgres-loads-'));
  const schema = await testSchema(server);
  const warehouse = openPostgresWarehouse(schema.config, { tempDirectory: directory });
  return {
    warehouse,
    close: async () => {
      await warehouse.release();
      await schema.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});
