import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PostgresConfig } from '../../src/config/storageConfig.js';
import { reachWarehouse } from '../../src/temporal/reachWarehouse.js';
import type { Logger } from '../../src/telemetry/createLog.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { eventually } from '../support/eventually.js';
import { type PostgresCluster, startPostgresCluster } from '../support/postgresCluster.js';

describe('a worker that starts', () => {
  let cluster: PostgresCluster;
  let tempDirectory: string;
  const warned: string[] = [];
  const log = { warn: (_facts: object, message: string) => void warned.push(message) } as unknown as Logger;
  beforeAll(async () => {
    tempDirectory = mkdtempSync(join(tmpdir(), 'rosterline-reach-'));
    cluster = await startPostgresCluster({ fsync: false });
    await cluster.stop();
  });
  afterAll(async () => {
    await cluster.remove();
    rmSync(tempDirectory, { recursive: true, force: true });
  });

  function warehouseWith(changes: Partial<PostgresConfig>) {
    const { host, port, database, superuser, password } = cluster.server;
    const place = { host, port, database, user: superuser, password, schema: 'rosterline', memory: '256MB' };
    const config: PostgresConfig = { kind: 'postgres', ...place, tls: 'disable', tlsCaFile: null, ...changes };
    return openPostgresWarehouse(config, { tempDirectory });
  }

  it('waits for a database that is down, says so, and goes on once it is there', async () => {
    const warehouse = warehouseWith({});
    const reached = reachWarehouse(warehouse, log);
    await eventually('it says that it waits', () => warned.length > 0);
    expect(warned[0]).toMatch(/^the warehouse is not to be reached yet: .* does not answer; start it/);
    await cluster.start();
    await reached;
    expect(await warehouse.query('SELECT count(*)::int AS rows FROM coverage')).toEqual([{ rows: 0 }]);
    await warehouse.release();
  });

  it('ends where the database refuses it: waiting mends no password', async () => {
    const warehouse = warehouseWith({ password: 'a-wrong-one' });
    await expect(reachWarehouse(warehouse, log)).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringMatching(/refuses the password/) as unknown,
    });
    await warehouse.release();
  });
});
