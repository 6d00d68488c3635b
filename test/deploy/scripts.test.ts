import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { OBJECT_SERVER_KEYS, OBJECT_SERVER_REGION } from '../support/objectServer.js';
import { startPostgresCluster } from '../support/postgresCluster.js';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const program = await objectServerProgram();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-deploy-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describeObjectServer('deploy/objects-bucket.sh', program, (server) => {
  it('makes the bucket with Object Lock, and leaves it alone the next time', async () => {
    if (program === null) throw new Error('skipped without the program');
    symlinkSync(program, join(directory, 'versitygw'));
    const environment = {
      PATH: `${directory}:${process.env['PATH']}`,
      ENDPOINT: server().endpoint,
      BUCKET: 'rosterline',
      ACCESS_KEY_FILE: secret('access', OBJECT_SERVER_KEYS.accessKeyId),
      SECRET_KEY_FILE: secret('secret', OBJECT_SERVER_KEYS.secretAccessKey),
    };
    expect(await script('objects-bucket.sh', environment)).toBe('made bucket rosterline with Object Lock\n');
    expect(await script('objects-bucket.sh', environment)).toBe('bucket rosterline is there\n');
    const client = new S3Client({
      endpoint: server().endpoint,
      region: OBJECT_SERVER_REGION,
      forcePathStyle: true,
      credentials: OBJECT_SERVER_KEYS,
    });
    const lock = await client.send(new GetObjectLockConfigurationCommand({ Bucket: 'rosterline' }));
    client.destroy();
    expect(lock.ObjectLockConfiguration?.ObjectLockEnabled).toBe('Enabled');
  });
});

describe('deploy/warehouse-role.sh', () => {
  it('makes a role that is no superuser, and a database in which it can make the warehouse', async () => {
    const cluster = await startPostgresCluster({ fsync: false });
    try {
      const { host, port, password } = cluster.server;
      const environment = {
        PATH: process.env['PATH'] ?? '',
        PGHOST: host,
        PGPORT: String(port),
        PGPASSWORD: password,
        WAREHOUSE_PASSWORD_FILE: secret('warehouse', "it's not-a-secret"),
      };
      await script('warehouse-role.sh', environment);
      const role = { host, port, user: 'rosterline', password: "it's not-a-secret", database: 'rosterline' };
      const warehouse = openPostgresWarehouse(
        { ...role, kind: 'postgres', tls: 'disable', tlsCaFile: null, schema: 'rosterline', memory: '64MB' },
        { tempDirectory: directory },
      );
      await warehouse.migrate();
      await warehouse.release();
      const client = new Client(role);
      await client.connect();
      const { rows } = await client.query(
        'SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user',
      );
      await client.end();
      expect(rows).toEqual([{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
    } finally {
      await cluster.remove();
    }
  });
});

/** Runs a script as its container does. @returns its standard output. */
async function script(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  return (await promisify(execFile)('sh', [join(DEPLOY, name)], { env })).stdout;
}

function secret(name: string, value: string): string {
  const file = join(directory, name);
  writeFileSync(file, `${value}\n`, { mode: 0o600 });
  return file;
}
