import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { PostgresConfig } from '../../src/config/storageConfig.js';
import { openPostgresWarehouse } from '../../src/warehouse/postgres/openPostgresWarehouse.js';
import { isAway } from '../../src/warehouse/postgres/postgresFailure.js';
import { PostgresConnections } from '../../src/warehouse/postgres/postgresConnections.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { eventually } from '../support/eventually.js';
import { asSuperuser, postgresServer, testSchema, type TestSchema } from '../support/postgresServer.js';
import {
  adherenceDocument,
  adherenceOf,
  dayMetrics,
  loadDocuments,
  userResult,
  windowLoad,
  windowOf,
} from '../support/windowLoads.js';

const server = await postgresServer();
const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-03');
const LATER = { requestedAt: '2026-01-11T00:00:00.000Z' };

let directory: string;
let schema: TestSchema;
let warehouse: Warehouse;
let others: Warehouse[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterline-postgres-trouble-'));
  schema = await testSchema(server);
  others = [];
  warehouse = open();
});
afterEach(async () => {
  for (const one of others) await one.release();
  await schema.drop();
  await rm(directory, { recursive: true, force: true });
});

function open(changes: Partial<PostgresConfig> = {}, connections?: number): Warehouse {
  const config = { ...schema.config, ...changes };
  const opened = openPostgresWarehouse(config, { tempDirectory: directory, ...(connections ? { connections } : {}) });
  others.push(opened);
  return opened;
}

/** Another program's connection to the schema, as the superuser. */
async function besides<Result>(use: (client: Client) => Promise<Result>): Promise<Result> {
  return await asSuperuser(server, async (client) => {
    await client.query(`SET search_path TO ${schema.config.schema}`);
    return await use(client);
  });
}

/** Sessions of the warehouse's whose statement waits for somebody else's lock: of this test's schema, other files use the same server. */
async function waiting(statement: string): Promise<unknown[]> {
  const found = await schema.admin(
    `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'rosterline' AND query LIKE $1
       AND EXISTS (SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                   WHERE pg_locks.pid = pg_stat_activity.pid AND relnamespace = $2::regnamespace)`,
    [`%${statement}%`, schema.config.schema],
  );
  return found.map(({ pid }) => pid);
}

async function untilWaiting(statement: string): Promise<void> {
  await eventually(`${statement} waits`, async () => (await waiting(statement)).length > 0);
}

/** Each user's two days, another time than before: no row of another answer is equal. */
function restated(users: readonly string[], impactSeconds: number): object {
  const days = [0, 1].map((day) => dayMetrics(day * 86_400, { impactSeconds }));
  return adherenceDocument(
    window,
    users.map((user) => userResult(user, [], { dayMetrics: days })),
  );
}

async function contents(): Promise<object> {
  return {
    rows: await warehouse.query('SELECT * FROM adherence_day ORDER BY management_unit_id, user_id, local_date'),
    coverage: await warehouse.allCoverage(),
    seals: await warehouse.openSeals(),
  };
}

describe('a load that meets another transaction', () => {
  const both = adherenceOf(window, ['ana', 'ben'], 2);
  const more = restated(['ana', 'ben', 'cy'], -900);

  it('is begun again after a serialization failure, and nothing is changed until then', async () => {
    await loadDocuments(warehouse, window, [both]);
    const before = await contents();
    await besides(async (client) => {
      await client.query(
        "CREATE TABLE adherence_day_old PARTITION OF adherence_day FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')",
      );
      await client.query('BEGIN');
      // To another partition: what waits for the row cannot follow it there.
      await client.query(
        `UPDATE adherence_day SET local_date = '2023-12-31' WHERE user_id = 'ana' AND local_date = '2024-01-01'`,
      );
      const loading = loadDocuments(warehouse, window, [more], LATER).catch((error: unknown) => error);
      await untilWaiting('DELETE FROM adherence_day');
      await client.query(`UPDATE adherence_day SET local_date = '2024-01-01' WHERE local_date = '2023-12-31'`);
      await client.query('COMMIT');
      expect(await loading).toMatchObject({
        name: 'Transient',
        message: expect.stringContaining('another transaction changed the same rows') as unknown,
      });
    });
    expect(await contents()).toEqual(before);
    expect((await loadDocuments(warehouse, window, [more], LATER)).seal.rows['adherence_day']).toBe(6);
  });

  it('is begun again after a deadlock, and nothing is changed until then', async () => {
    let day = 11;
    // Who has waited a second when the other begins to wait looks no more: on a busy machine that may be the load, and then it loads.
    while (!(await givesWay(day))) expect(++day).toBeLessThan(20);
    const last = await loadDocuments(warehouse, window, [more], { requestedAt: '2026-02-01T00:00:00.000Z' });
    expect(last.seal.rows['adherence_day']).toBe(6);
  });

  /** Crosses a load of that day with another transaction. @returns whether the load gave way, and not the other one. */
  async function givesWay(day: number): Promise<boolean> {
    await loadDocuments(warehouse, window, [both], { requestedAt: `2026-01-${day}T00:00:00.000Z`, force: true });
    const before = await contents();
    return await besides(async (client) => {
      await client.query(`SET deadlock_timeout = '3s'`);
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM coverage FOR UPDATE');
      const later = { requestedAt: `2026-01-${day}T12:00:00.000Z` };
      const loading = loadDocuments(warehouse, window, [more], later).catch((error: unknown) => error);
      await untilWaiting('INSERT INTO coverage');
      const crossed = await client.query('DELETE FROM adherence_day').catch(() => null);
      await client.query('ROLLBACK');
      const ended = await loading;
      if (crossed === null) return false;
      expect(ended).toMatchObject({
        name: 'Transient',
        message: expect.stringContaining('waited for this one while this one waited for it') as unknown,
      });
      expect(await contents()).toEqual(before);
      return true;
    });
  }

  it('waits for another worker that loads the same window, and each row is there once', async () => {
    const second = open();
    const loads = await Promise.all(
      [warehouse, second, warehouse, second].map((one, load) =>
        loadDocuments(one, window, [restated(load % 2 ? ['ana', 'ben'] : ['ana', 'ben', 'cy'], -load)], {
          requestedAt: `2026-01-1${load}T00:00:00.000Z`,
          force: true,
        }),
      ),
    );
    expect(new Set(loads.map(({ sealPath }) => sealPath)).size).toBe(4);
    expect(new Set(loads.map(({ seal }) => seal.loadedAt)).size).toBe(4);
    const last = loads.map(({ seal }) => seal).sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1))[0];
    expect(await warehouse.query('SELECT count(*) AS n, count(DISTINCT loaded_at) AS l FROM adherence_day')).toEqual([
      { n: 4, l: 1 },
    ]);
    expect(await warehouse.query('SELECT DISTINCT loaded_at FROM adherence_day')).toEqual([
      { loaded_at: last?.loadedAt },
    ]);
  });

  it('is the same once where a worker that was believed dead does it too', async () => {
    const second = open();
    const loads = await Promise.all([warehouse, second].map((one) => loadDocuments(one, window, [both])));
    expect(loads[0]).toEqual(loads[1]);
    expect(await warehouse.openSeals()).toHaveLength(1);
  });

  it('knows of a hold that was placed while it ran, or was committed before it', async () => {
    await loadDocuments(warehouse, window, [both]);
    const second = open();
    const hold = { holdId: 'h', dataset: null, managementUnitId: null, from: '2024-01-01', to: '2025-01-01' };
    await besides(async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT 1 FROM coverage FOR UPDATE');
      const loading = loadDocuments(warehouse, window, [more], LATER);
      await untilWaiting('INSERT INTO coverage');
      let placed = false;
      const placing = second.placeHold(hold).then(() => (placed = true));
      await eventually('the hold waits', async () => {
        const waiting = await schema.admin(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%pg_advisory_xact_lock(%'
             AND EXISTS (SELECT 1 FROM pg_locks holds JOIN pg_locks asks USING (locktype, database, classid, objid, objsubid)
                         JOIN pg_locks ours ON ours.pid = holds.pid JOIN pg_class ON pg_class.oid = ours.relation
                         WHERE asks.pid = pg_stat_activity.pid AND NOT asks.granted AND holds.granted
                           AND holds.locktype = 'advisory' AND relnamespace = $1::regnamespace)`,
          [schema.config.schema],
        );
        return waiting.length > 0;
      });
      expect(placed).toBe(false);
      await client.query('COMMIT');
      expect((await loading).seal).not.toHaveProperty('supersedes');
      await placing;
    });
    const { seal } = await loadDocuments(warehouse, window, [both], {
      requestedAt: '2026-01-12T00:00:00.000Z',
      force: true,
    });
    expect(seal.supersedes?.[0]?.rows).toEqual({ adherence_day: 6 });
  });
});

describe('a load that is cancelled', () => {
  it('ends at once though its statement waits, changes nothing, and can be done again', async () => {
    await warehouse.migrate();
    const load = await windowLoad(window, [adherenceOf(window, ['ana', 'ben'], 2)], directory);
    const abort = new AbortController();
    await besides(async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE coverage IN ACCESS EXCLUSIVE MODE');
      const loading = warehouse.loadWindow(load, abort.signal).catch((error: unknown) => error);
      await untilWaiting('FROM coverage');
      abort.abort(new Error('cancelled by hand'));
      expect(await loading).toMatchObject({ message: 'cancelled by hand' });
      expect(await waiting('FROM coverage')).toEqual([]);
      await client.query('ROLLBACK');
    });
    expect(await contents()).toEqual({ rows: [], coverage: [], seals: [] });
    expect((await warehouse.loadWindow(load)).seal.rows['adherence_day']).toBe(4);
  });

  it('is not begun when it was cancelled before', async () => {
    const load = await windowLoad(window, [adherenceOf(window, ['ana'], 2)], directory);
    await expect(warehouse.loadWindow(load, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(await warehouse.allCoverage()).toEqual([]);
  });
});

describe('a server that refuses', () => {
  const secret = 'hunter2-not-to-be-shown';

  async function refusal(changes: Partial<PostgresConfig>): Promise<{ name: string; message: string }> {
    const refused = await open(changes)
      .migrate()
      .then(
        () => ({ name: 'none', message: '' }),
        (error: unknown) => error as Error,
      );
    expect(JSON.stringify([refused.message, refused])).not.toContain(secret);
    return { name: refused.name, message: refused.message };
  }

  it.each<[string, Partial<PostgresConfig>, string, string]>([
    ['a wrong password', { password: secret }, 'Blocked', 'refuses the password; put the right one'],
    ['no password', { password: null }, 'Blocked', 'asks for a password, and none is set'],
    ['an unknown user', { user: 'nobody', password: secret }, 'Blocked', 'refuses the password'],
    ['an unknown database', { database: 'nothing' }, 'Blocked', 'has no such database; create it'],
    ['an unknown schema', { schema: 'nothing' }, 'Blocked', 'has no schema nothing, and the user may not create it'],
    ['nobody listening', { port: 1, password: secret }, 'Blocked', 'does not answer; start it, or correct its address'],
    ['a name that nobody has', { host: 'warehouse.invalid', password: secret }, 'Blocked', 'does not answer'],
    ['TLS that it does not speak', { tls: 'require' }, 'Blocked', 'speaks no TLS'],
    [
      'authorities that cannot be read',
      { tls: 'verify-full', tlsCaFile: '/nothing/ca.pem' },
      'Blocked',
      '/nothing/ca.pem cannot be read (ENOENT)',
    ],
  ])('is told by %s, without the password', async (_, changes, name, message) => {
    const refused = await refusal(changes);
    expect(refused).toMatchObject({ name, message: expect.stringContaining(message) as unknown });
    expect(refused.message).toMatch(/Nothing was changed/);
  });

  it('by a right that was taken away names what to do, and goes on once it is granted', async () => {
    await warehouse.migrate();
    await schema.admin(`REVOKE ALL ON TABLE coverage FROM ${schema.config.user}`);
    await expect(warehouse.allCoverage()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringMatching(/refuses a right; grant it .*permission denied for table coverage/) as unknown,
    });
    await schema.admin(`GRANT ALL ON TABLE coverage TO ${schema.config.user}`);
    expect(await warehouse.allCoverage()).toEqual([]);
  });

  it('by having no connection left is asked again later', async () => {
    const role = `few_${schema.config.schema}`;
    await schema.admin(`CREATE ROLE ${role} LOGIN PASSWORD '${secret}' CONNECTION LIMIT 0`);
    try {
      expect(await refusal({ user: role, password: secret })).toMatchObject({
        name: 'Transient',
        message: expect.stringContaining(
          'has no connection left; raise its max_connections or run fewer workers',
        ) as unknown,
      });
    } finally {
      await schema.admin(`DROP ROLE ${role}`);
    }
  });

  it('by being read-only is named for what it is', async () => {
    await warehouse.migrate();
    await expect(warehouse.query('CREATE TABLE x (y INTEGER)')).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining('is read-only') as unknown,
    });
  });

  it('by ending a session in the midst is asked again, and the next call works', async () => {
    await warehouse.migrate();
    await besides(async (client) => {
      await client.query('BEGIN');
      await client.query('LOCK TABLE coverage IN ACCESS EXCLUSIVE MODE');
      const reading = warehouse.allCoverage().catch((error: unknown) => error);
      await untilWaiting('FROM coverage');
      await schema.admin('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [
        await waiting('FROM coverage'),
      ]);
      expect(await reading).toMatchObject({
        name: 'Transient',
        message: expect.stringContaining('was lost in the midst') as unknown,
      });
      await client.query('ROLLBACK');
    });
    expect(await warehouse.allCoverage()).toEqual([]);
  });
});

describe('connections', () => {
  it('that are all in use are waited for, and never taken for a server that does not answer', async () => {
    const patient = new PostgresConnections(schema.config, { connections: 1 });
    const hasty = new PostgresConnections(schema.config, { connections: 1, freeWithinMs: 0 });
    const only = await patient.taken();
    const others = await hasty.taken();
    // Its turn in the pool's queue ends before that of the other, which is asked after it.
    const taking = patient.taken();
    await expect(hasty.taken()).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringContaining('all connections of this process are in use') as unknown,
    });
    patient.givenBack(only, true);
    patient.givenBack(await taking, true);
    hasty.givenBack(others, true);
    await Promise.all([patient.release(), hasty.release()]);
  });

  it('to a server that takes them and says nothing are told as unanswered, those of the pool and those beside it', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const connections = new PostgresConnections({ ...schema.config, host: '127.0.0.1', port }, { connections: 1 });
    const [taken, beside] = await Promise.all([
      connections.taken().catch((error: unknown) => error),
      connections.alone(() => Promise.resolve(null)).catch((error: unknown) => error),
    ]);
    expect(taken).toMatchObject({ name: 'Blocked', message: expect.stringContaining('does not answer') as unknown });
    expect(isAway(beside)).toBe(true);
    await connections.release();
    silent.close();
  });

  it('are as many as were allowed, however many calls there are, and named', async () => {
    const narrow = open({}, 3);
    await narrow.migrate();
    const asked = await Promise.all(
      [...Array(12).keys()].map((call) =>
        narrow.query(
          `SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name, pg_sleep(0.01)::text AS slept, ? AS call`,
          [`${call}`],
        ),
      ),
    );
    const rows = asked.flat();
    expect(rows).toHaveLength(12);
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['rosterline']));
    expect(new Set(rows.map(({ pid }) => pid)).size).toBeLessThanOrEqual(3);
  });
});
