import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPostgres } from '../../src/cli/check/postgresChecks.js';
import { checkBucket } from '../../src/cli/check/s3Checks.js';
import type { PostgresConfig, S3ObjectsConfig } from '../../src/config/storageConfig.js';
import { type Check, Checklist } from '../../src/domain/checklist.js';
import { inspectWarehouse } from '../../src/warehouse/postgres/inspectWarehouse.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { describeObjectServer, objectServerProgram } from '../support/describeObjectServer.js';
import { asSuperuser, postgresServer, type TestSchema, testSchema } from '../support/postgresServer.js';

const program = await objectServerProgram();
const server = await postgresServer();

async function checksOf(run: (list: Checklist) => Promise<void>): Promise<(name: string) => Check | undefined> {
  const list = new Checklist(
    () => undefined,
    () => undefined,
  );
  await run(list);
  return (name) => list.checks.find((check) => check.name === name);
}

describe('what check says of a Postgres warehouse', () => {
  let schema: TestSchema;
  const checked = async (changes: Partial<PostgresConfig> = {}) => {
    const config = { ...schema.config, ...changes };
    return await checksOf((list) => checkPostgres(list, config, () => inspectWarehouse(config)));
  };
  beforeAll(async () => {
    schema = await testSchema(server);
  });
  afterAll(async () => await schema.drop());

  it('tells server, user, rights and what there will be, and makes nothing', async () => {
    const named = await checked();
    expect(named('warehouse')?.message).toMatch(/answers user rosterline_writer, PostgreSQL 1[5-9]/);
    expect(named('warehouse TLS')).toMatchObject({ ok: true, message: 'none, on this machine' });
    expect(named('warehouse rights')?.message).toContain('rosterline_writer may make tables in');
    expect(named('warehouse schema')?.message).toMatch(/^none of ours in .* yet; the worker makes it/);
    expect(await schema.admin('SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace')).toEqual(
      [],
    );
  });

  it('tells the schema’s version, and refuses one that a newer version wrote', async () => {
    const warehouse = openPostgresWarehouse(schema.config, { tempDirectory: '/nowhere' });
    await warehouse.migrate();
    await warehouse.release();
    expect((await checked())('warehouse schema')?.message).toMatch(/^version \d+$/);
    await schema.admin('INSERT INTO schema_version VALUES (99, now())');
    const named = await checked();
    expect(named('warehouse schema')).toMatchObject({ ok: false });
    expect(named('warehouse schema')?.message).toContain('its schema is 99');
  });

  it('says what is wrong and what to do: no server, a wrong password, no right, a superuser', async () => {
    const [away, refused, rightless, superuser] = await Promise.all([
      checked({ port: 1 }),
      checked({ password: 'a-wrong-password' }),
      checked({ schema: 'not_made_yet' }),
      checked({ user: server.superuser, password: server.password }),
    ]);
    expect(away('warehouse')?.message).toMatch(/does not answer; start it, or correct its address/);
    expect(away('warehouse schema')?.message).toMatch(/^not checked: /);
    expect(refused('warehouse')?.message).toMatch(/refuses the password/);
    expect(refused('warehouse')?.message).not.toContain('a-wrong-password');
    expect(rightless('warehouse rights')?.message).toContain(
      'CREATE SCHEMA not_made_yet AUTHORIZATION rosterline_writer',
    );
    expect(superuser('warehouse rights')?.message).toMatch(/^warning: postgres is a superuser/);
  });

  it('names the grant that is missing in a schema of somebody else', async () => {
    const other = await testSchema(server);
    try {
      await asSuperuser(server, (client) =>
        client.query(`ALTER SCHEMA ${other.config.schema} OWNER TO ${server.superuser}`),
      );
      const { schema: name } = other.config;
      expect((await checked({ schema: name }))('warehouse rights')?.message).toContain(
        `GRANT USAGE, CREATE ON SCHEMA ${name} TO rosterline_writer`,
      );
    } finally {
      await other.drop();
    }
  });
});

describeObjectServer('what check says of a bucket', program, (objects) => {
  it('tells region, clock, versions, Object Lock and a proof, and leaves nothing there', async () => {
    const config = await objects().bucket({ prefix: 'wfm' });
    const named = await checksOf((list) => checkBucket(list, config));
    expect(named('objects')?.message).toMatch(/^s3:\/\/bucket-\w+\/wfm at 127\.0\.0\.1:\d+ answers, region us-east-1/);
    expect(named('store clock')).toMatchObject({ ok: true });
    expect(named('object versions')?.message).toBe('kept');
    expect(named('object lock')?.message).toBe('there is');
    expect(named('objects: rights')?.message).toBe('a tiny object was written, not written over, read and removed');
  });

  it('refuses legal holds without Object Lock, and retention', async () => {
    const config = await objects().bucket({ lock: false });
    const without = await checksOf((list) => checkBucket(list, config));
    expect(without('object lock')?.message).toMatch(/^warning: legal holds are refused here: .* has no Object Lock/);
    expect(without('object lock')?.ok).toBe(true);
    const retained: S3ObjectsConfig = { ...config, retention: { mode: 'GOVERNANCE', days: 30 } };
    const withRetention = await checksOf((list) => checkBucket(list, retained));
    expect(withRetention('object lock')?.ok).toBe(false);
    expect(withRetention('object lock')?.message).toContain('OBJECTS_RETENTION_DAYS');
  });

  it('says what is wrong: no bucket, wrong keys, no store', async () => {
    const config = await objects().bucket();
    const wrong = { accessKeyId: 'roster', secretAccessKey: 'a-wrong-secret-key' };
    const [missing, refused, away] = await Promise.all(
      [
        { ...config, bucket: 'there-is-none' },
        { ...config, credentials: wrong },
        { ...config, endpoint: 'http://127.0.0.1:1' },
      ].map(async (one) => await checksOf((list) => checkBucket(list, one))),
    );
    expect(missing?.('objects')?.message).toMatch(/there is no such bucket: make it, or correct OBJECTS_URL/);
    expect(refused?.('objects')?.message).toMatch(/refuses the signature|denies access/);
    expect(refused?.('objects')?.message).not.toContain('a-wrong-secret-key');
    expect(away?.('objects')?.message).toMatch(/nothing listens at the store’s address/);
    expect(away?.('objects: rights')?.message).toMatch(/^not checked: /);
  });
});

describe('what check says of a store that is no S3', () => {
  let store: Server;
  beforeAll(async () => {
    // Takes whatever is written, says that it is half an hour ago.
    store = createServer((request, response) => {
      request.resume();
      const date = new Date(Date.now() - 30 * 60_000).toUTCString();
      const body = request.method === 'GET' ? '<ListBucketResult></ListBucketResult>' : '';
      response.writeHead(200, { date, 'content-type': 'application/xml' }).end(body);
    });
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    store.closeAllConnections();
    store.close();
  });

  it('names a clock that is far off, and a store that writes over what must not exist', async () => {
    const named = await checksOf((list) =>
      checkBucket(list, {
        kind: 's3',
        bucket: 'any',
        prefix: '',
        endpoint: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'any', secretAccessKey: 'any-secret' },
        retention: null,
        spoolDirectory: '/nowhere',
      }),
    );
    expect(named('store clock')).toMatchObject({ ok: false });
    expect(named('store clock')?.message).toMatch(/clock is 1[78]\d\d s behind ours.*set both by NTP/);
    expect(named('object versions')?.message).toMatch(/^warning: not kept/);
    expect(named('objects: rights')?.message).toMatch(/ignores If-None-Match/);
  });
});
