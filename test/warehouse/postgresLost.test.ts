import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PostgresConfig } from '../../src/config/storageConfig.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { type TestAuthority, testAuthority } from '../support/certificates.js';
import { startCuttingProxy, type CuttingProxy } from '../support/cuttingProxy.js';
import { eventually } from '../support/eventually.js';
import { type PostgresCluster, startPostgresCluster } from '../support/postgresCluster.js';
import { asSuperuser, makeWriter, testSchema, type TestSchema } from '../support/postgresServer.js';
import { CAN_MOUNT, mountSmallDisk } from '../support/smallDisk.js';
import { adherenceOf, loadDocuments, windowOf } from '../support/windowLoads.js';

const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-08');
const users = [...Array(50).keys()].map((user) => `user-${user}`);
const answer = adherenceOf(window, users, 7);
const more = adherenceOf(window, [...users, 'one-more'], 7);
const LATER = { requestedAt: '2026-01-11T00:00:00.000Z' };

let certificates: string;
let authority: TestAuthority;
let cluster: PostgresCluster;
let directory: string;
let schema: TestSchema;
let opened: Warehouse[];

beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), 'rosterline-certificates-'));
  authority = await testAuthority(certificates);
  cluster = await startPostgresCluster({
    fsync: true,
    settings: { ssl: 'on' },
    files: await serverCertificate(),
  });
  await makeWriter(cluster.server);
});
afterAll(async () => {
  await cluster.remove();
  await rm(certificates, { recursive: true, force: true });
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterline-postgres-lost-'));
  schema = await testSchema(cluster.server);
  opened = [];
});
afterEach(async () => {
  for (const warehouse of opened) await warehouse.release();
  await schema.drop();
  await rm(directory, { recursive: true, force: true });
});

function open(changes: Partial<PostgresConfig> = {}): Warehouse {
  const warehouse = openPostgresWarehouse({ ...schema.config, ...changes }, { tempDirectory: directory });
  opened.push(warehouse);
  return warehouse;
}

async function contents(warehouse: Warehouse): Promise<object> {
  return {
    rows: await warehouse.query('SELECT * FROM adherence_day ORDER BY management_unit_id, user_id, local_date'),
    coverage: await warehouse.allCoverage(),
    seals: await warehouse.openSeals(),
  };
}

const blocked = (message: string) => ({ name: 'Blocked', message: expect.stringContaining(message) as unknown });
const transient = (message: string) => ({ name: 'Transient', message: expect.stringContaining(message) as unknown });

describe('a database that goes away', () => {
  it('is told of when it is down at the start, and works once it is there', async () => {
    const warehouse = open();
    await cluster.stop();
    try {
      await expect(warehouse.migrate()).rejects.toMatchObject(blocked('does not answer; start it'));
      await expect(loadDocuments(warehouse, window, [answer])).rejects.toMatchObject(blocked('does not answer'));
    } finally {
      await cluster.start();
    }
    expect((await loadDocuments(warehouse, window, [answer])).seal.rows['adherence_day']).toBe(350);
  });

  it('in the midst of a load, as by a power cut, has the old rows, and takes the load when it is back', async () => {
    const warehouse = open();
    await loadDocuments(warehouse, window, [answer]);
    const before = await contents(warehouse);
    const lost = await asSuperuser(cluster.server, async (client) => {
      await client.query(`BEGIN; LOCK TABLE ${schema.config.schema}.coverage IN EXCLUSIVE MODE`);
      const loading = loadDocuments(warehouse, window, [more], LATER).catch((error: unknown) => error);
      await eventually('its rows are written and its coverage waits', async () => {
        // By another connection: within a transaction the view does not change.
        const waiting = await schema.admin(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO coverage%'`,
        );
        return waiting.length === 1;
      });
      await cluster.stop('immediate');
      return await loading;
    }).finally(() => cluster.start());
    expect(lost).toMatchObject(transient('was lost in the midst; begun again'));
    expect(await contents(warehouse)).toEqual(before);
    expect((await loadDocuments(warehouse, window, [more], LATER)).seal.rows['adherence_day']).toBe(357);
  });
});

describe('a connection that is lost at COMMIT', () => {
  let proxy: CuttingProxy;
  beforeEach(async () => {
    proxy = await startCuttingProxy(cluster.server);
  });
  afterEach(() => proxy.close());

  it('after the server committed ends the load well, once', async () => {
    const warehouse = open({ port: proxy.port });
    await warehouse.migrate();
    proxy.cut('after it was carried out');
    const loaded = await loadDocuments(warehouse, window, [answer]);
    expect(proxy.cuts()).toBe(1);
    expect(await open().openSeals()).toMatchObject([{ path: loaded.sealPath, sha256: loaded.sealSha256 }]);
    expect(await loadDocuments(warehouse, window, [answer])).toEqual(loaded);
    expect(await warehouse.query('SELECT count(*) AS n FROM adherence_day')).toEqual([{ n: 350 }]);
  });

  it('before the server heard of it changes nothing, and the load is begun again', async () => {
    const warehouse = open({ port: proxy.port });
    await warehouse.migrate();
    proxy.cut('before it arrives');
    await expect(loadDocuments(warehouse, window, [answer])).rejects.toMatchObject(transient('was lost in the midst'));
    expect(proxy.cuts()).toBe(1);
    expect(await contents(open())).toEqual({ rows: [], coverage: [], seals: [] });
    expect((await loadDocuments(warehouse, window, [answer])).seal.rows['adherence_day']).toBe(350);
  });
});

(CAN_MOUNT ? describe : describe.skip)('a disk that is full', () => {
  it('stops the load with nothing changed, is named, and the load works once there is space', async () => {
    const place = join(cluster.directory, 'small');
    const disk = mountSmallDisk(place, 8_000_000);
    try {
      cluster.own(place);
      // CREATE TABLESPACE runs in no transaction.
      await schema.admin(`CREATE TABLESPACE small LOCATION '${place}'`);
      await schema.admin(`GRANT CREATE ON TABLESPACE small TO ${schema.config.user}`);
      await schema.admin(`ALTER ROLE ${schema.config.user} SET default_tablespace TO small`);
      const warehouse = open();
      await loadDocuments(warehouse, window, [answer]);
      const before = await contents(warehouse);
      disk.fill();
      const many = [...Array(3000).keys()].map((user) => `user-${user}`);
      const large = adherenceOf(window, many, 7);
      await expect(loadDocuments(warehouse, window, [large], LATER)).rejects.toMatchObject(
        blocked('has no space left on its disk; free some and this goes on'),
      );
      expect(await contents(warehouse)).toEqual(before);
      disk.free();
      expect((await loadDocuments(warehouse, window, [more], LATER)).seal.rows['adherence_day']).toBe(357);
    } finally {
      for (const warehouse of opened) await warehouse.release();
      await schema.admin(`ALTER ROLE ${schema.config.user} RESET default_tablespace`);
      await asSuperuser(cluster.server, async (client) => {
        await client.query(`DROP SCHEMA ${schema.config.schema} CASCADE`);
        await client.query(`CREATE SCHEMA ${schema.config.schema}`);
        await client.query('DROP TABLESPACE small');
      });
      disk.unmount();
    }
  });
});

describe('TLS', () => {
  const encrypted = `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

  it.each(['localhost', '127.0.0.1'])('is used, and the server at %s is known by its authority', async (host) => {
    expect(await open({ host, tls: 'verify-full', tlsCaFile: authority.certificate }).query(encrypted)).toEqual([
      { ssl: true },
    ]);
  });

  it('may be required without knowing the authority', async () => {
    expect(await open({ tls: 'require' }).query(encrypted)).toEqual([{ ssl: true }]);
  });

  it('refuses a server that another authority signed for, or none that is known', async () => {
    const others = join(directory, 'others');
    await mkdir(others);
    const { certificate: tlsCaFile } = await testAuthority(others);
    const unknown = blocked('shows a certificate that no known authority signed; name the authority with sslrootcert');
    await expect(open({ tls: 'verify-full', tlsCaFile }).migrate()).rejects.toMatchObject(unknown);
    await expect(open({ tls: 'verify-full' }).migrate()).rejects.toMatchObject(unknown);
  });

  it.each<[string, string, number, string]>([
    ['of another host', 'DNS:elsewhere.example', 2, "shows a certificate of another host; use the certificate's name"],
    ['that has expired', 'DNS:localhost', -1, 'shows a certificate that has expired; renew it on the server'],
  ])('refuses a certificate %s, and goes on once there is a right one', async (_, names, days, message) => {
    const warehouse = open({ host: 'localhost', tls: 'verify-full', tlsCaFile: authority.certificate });
    await cluster.stop();
    await useCertificate(days, names);
    await cluster.start();
    try {
      await expect(warehouse.migrate()).rejects.toMatchObject(blocked(message));
    } finally {
      await cluster.stop();
      await useCertificate();
      await cluster.start();
    }
    expect(await warehouse.query(encrypted)).toEqual([{ ssl: true }]);
  });

  async function useCertificate(days?: number, names?: string): Promise<void> {
    for (const [name, text] of Object.entries(await serverCertificate(days, names))) cluster.put(name, text);
  }
});

/** What the server shows, as the files that it reads. */
async function serverCertificate(days?: number, names?: string): Promise<Record<string, string>> {
  const { certificate, key } = await authority.sign('warehouse', days, names);
  return { 'server.crt': await readFile(certificate, 'utf8'), 'server.key': await readFile(key, 'utf8') };
}
