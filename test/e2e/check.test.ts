import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CheckedPart, runChecks } from '../../src/cli/check/runChecks.js';
import { type Check, Checklist } from '../../src/domain/checklist.js';
import type { DatasetName } from '../../src/domain/exportWindow.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { CAN_MOUNT, mountSmallDisk } from '../support/smallDisk.js';
import { temporalServer } from '../support/temporalServer.js';
import { holdWarehouse } from '../support/warehouseHolder.js';

await temporalServer();

const BIN = fileURLToPath(new URL('../../bin/rosterline', import.meta.url));
const ORGANISATION: SimulatorOptions = {
  seed: 41,
  tokenLimitPerMinute: null,
  jobSeconds: 0.1,
  turnover: false,
  units: [
    { name: 'Leeds', timeZone: 'Europe/London', agents: 3 },
    { name: 'Penang', timeZone: 'Asia/Kuala_Lumpur', agents: 3 },
  ],
};
const MINUTES = 60_000;

interface Asked {
  only?: CheckedPart;
  datasets?: readonly DatasetName[];
  units?: readonly string[];
}

/** The checks, run as the command runs them. */
async function checked(env: NodeJS.ProcessEnv, { only, datasets, units }: Asked = {}) {
  const list = new Checklist(
    () => undefined,
    () => undefined,
  );
  const made = await runChecks(list, {
    env,
    workingDirectory: tmpdir(),
    datasets: datasets ?? ['adherence', 'occupancy'],
    units,
    only,
  });
  const named = (name: string): Check => {
    const check = list.checks.find((one) => one.name === name);
    if (!check) throw new Error(`no check ${name} among ${list.checks.map((one) => one.name).join(', ')}`);
    return check;
  };
  return { list, made, named, failed: list.checks.filter(({ ok }) => !ok).map(({ name }) => name) };
}

function command(args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [BIN, 'check', ...args],
      { env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('check of Genesys', () => {
  let directory: string;
  let simulator: RunningSimulator;
  const started: RunningSimulator[] = [];
  let env: Record<string, string>;

  async function organisation(options: SimulatorOptions = {}): Promise<void> {
    simulator = await startSimulator({ ...ORGANISATION, ...options });
    started.push(simulator);
    env = {
      GENESYS_API_URL: simulator.url,
      GENESYS_LOGIN_URL: simulator.url,
      GENESYS_CLIENT_ID: simulator.clientId,
      GENESYS_CLIENT_SECRET: simulator.clientSecret,
      ROSTERLINE_DATA: join(directory, 'data'),
    };
  }
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-check-'));
    // Where the tests run behind a proxy, it would be the proxy that knows no such name.
    process.env['no_proxy'] = '*';
  });
  beforeEach(async () => await organisation());
  afterAll(async () => {
    await Promise.all(started.map((one) => one.close()));
    rmSync(directory, { recursive: true, force: true });
  });
  const genesys = async (asked: Asked = {}) => await checked(env, { only: 'genesys', ...asked });

  it('finds everything fine in seven calls and one login, and creates and keeps nothing', async () => {
    const { list, made, failed } = await genesys();

    expect(failed).toEqual([]);
    expect(list.ok).toBe(true);
    expect(made).toEqual({ calls: 7, logins: 1 });
    const counts = simulator.counts();
    expect(counts).toMatchObject({ made: 7, refused: 0, tokensIssued: 1, jobs: { total: 0 } });
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  it('asks only for what the chosen dataset needs', async () => {
    await organisation({ permissions: ['wfm:historicalAdherence:view'] });
    expect((await genesys({ datasets: ['adherence'] })).failed).toEqual([]);
    expect((await genesys()).failed).toEqual(['occupancy queries']);
  });

  it('asks for one hour of schedules, in three calls, where they are to be exported', async () => {
    const all = await genesys({ datasets: ['schedules'] });
    expect(all.failed).toEqual([]);
    expect(all.made).toMatchObject({ calls: 8 });
    expect(all.named('weeks').message).toBe('begin on Monday, by the clock of Europe/London');
    expect(all.named('published schedules').message).toBe('1 in this week of the business unit');
    await organisation({ permissions: ['wfm:historicalAdherence:view', 'analytics:userAggregate:view'] });
    expect((await genesys({ datasets: ['schedules'] })).failed).toEqual([
      'weeks',
      'published schedules',
      'schedule searches',
    ]);
  });

  it('is content with the two permissions that the README asks for', async () => {
    await organisation({ permissions: ['wfm:historicalAdherence:view', 'analytics:userAggregate:view'] });
    expect((await genesys()).failed).toEqual([]);
  });

  it.each([
    ['adherence jobs', 'wfm:historicalAdherence:view', 'workforce-management:readonly'],
    ['occupancy queries', 'analytics:userAggregate:view', 'analytics:readonly'],
  ])('names the permission and scope that %s lack, and where to grant them', async (name, permission, scope) => {
    simulator.addFault({ kind: 'permissionWithdrawn', permission });
    const { failed, named } = await genesys();

    expect(failed).toEqual([name]);
    expect(named(name).needed).toBe(
      `permission ${permission}; scope ${scope} or ${scope.replace(':readonly', '')} where scopes are enforced`,
    );
    expect(named(name).message).toContain(`needs the permission ${permission}`);
    expect(named(name).message).toContain('Admin › Integrations › OAuth');
    expect(simulator.counts().jobs).toMatchObject({ total: 0 });
  });

  it('names every permission of which any one would do, for users and activity codes', async () => {
    await organisation({ permissions: ['analytics:userAggregate:view'] });
    const { failed, named } = await genesys();

    expect(failed).toEqual(['users', 'activity codes', 'adherence jobs']);
    expect(named('users').message).toContain('wfm:agent:view, wfm:historicalAdherence:view');
    expect(named('activity codes').message).toContain('wfm:activityCode:view');
  });

  it('names the scope where that is what is missing', async () => {
    simulator.addFault({ kind: 'scopeWithdrawn', scope: 'analytics:readonly' });
    simulator.addFault({ kind: 'scopeWithdrawn', scope: 'analytics' });
    const { failed, named } = await genesys();

    expect(failed).toEqual(['occupancy queries']);
    expect(named('occupancy queries').message).toContain('lacks the scope analytics:readonly or analytics');
  });

  it('says that the secret is refused, shows no secret, and asks nothing more', async () => {
    const { failed, named, list } = await checked(
      { ...env, GENESYS_CLIENT_SECRET: 'wrong-and-not-to-be-seen' },
      { only: 'genesys' },
    );

    expect(named('login host').ok).toBe(true);
    expect(failed[0]).toBe('token');
    expect(named('token').message).toMatch(/invalid_client.*GENESYS_CLIENT_SECRET/);
    expect(named('adherence jobs').message).toBe('not checked: there is no token');
    expect(simulator.counts().made).toBe(0);
    expect(JSON.stringify(list.checks)).not.toContain('wrong-and-not-to-be-seen');
  });

  it.each([
    [
      'a name that DNS does not know',
      { GENESYS_LOGIN_URL: 'https://login.nowhere.invalid' },
      /DNS .* login\.nowhere\.invalid/,
    ],
    ['a port where nobody listens', { GENESYS_LOGIN_URL: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1 refuses connections/],
    ['https where plain http is spoken', {}, /TLS with .* fails/],
  ])('says plainly what is wrong with %s', async (what, changes, says) => {
    const wrong = what.startsWith('https') ? { GENESYS_LOGIN_URL: simulator.url.replace('http:', 'https:') } : changes;
    const { failed, named } = await checked({ ...env, ...wrong }, { only: 'genesys' });

    expect(failed[0]).toBe('login host');
    expect(named('login host').message).toMatch(says);
    expect(named('token').message).toContain('not checked');
  });

  it('says that the API host does not answer, where only the login host does', async () => {
    const { failed, named } = await checked({ ...env, GENESYS_API_URL: 'http://127.0.0.1:1' }, { only: 'genesys' });

    expect(named('token').ok).toBe(true);
    expect(failed[0]).toBe('API host');
    expect(named('API host').message).toContain('refuses connections');
  });

  it('says until when the login is throttled, and does not try again', async () => {
    await organisation({ loginLimitPerMinute: 1 });
    await genesys();
    const { failed, named } = await genesys();

    expect(failed[0]).toBe('token');
    expect(named('token').message).toMatch(/may not leave before \d{4}-\d\d-\d\dT.*the login service refused with 400/);
    expect(simulator.counts().tokensIssued).toBe(1);
  });

  it('reports a 429 with its instant, and sends no more calls of that kind', async () => {
    simulator.addFault({ kind: 'throttle', path: '/api/v2/workforcemanagement/managementunits', retryAfter: 60 });
    const { failed, named } = await genesys();

    expect(named('management units').message).toMatch(/may not leave before \d{4}-\d\d-\d\dT/);
    expect(failed).toEqual(['management units', 'users', 'activity codes', 'adherence jobs']);
    expect(simulator.counts()).toMatchObject({ refused: 1, insideGate: 0 });
  });

  it('waits out a 429 of a second', async () => {
    simulator.addFault({ kind: 'throttle', path: '/api/v2/workforcemanagement/businessunits', retryAfter: 1 });
    expect((await genesys()).failed).toEqual([]);
    expect(simulator.counts()).toMatchObject({ refused: 1, insideGate: 0 });
  });

  it('refuses a unit that does not exist, naming those that do', async () => {
    const { named, list } = await genesys({ units: ['Lede'] });

    expect(named('management units').ok).toBe(true);
    expect(named('chosen units').message).toContain('there is no unit Lede; there are Leeds');
    expect(list.wrongInput).toBe(true);
  });
});

describe('check of the storage', () => {
  let directory: string;
  let env: Record<string, string>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-check-'));
    env = { ROSTERLINE_DATA: join(directory, 'data') };
  });
  const storage = async () => await checked(env, { only: 'storage' });
  const removed = () => rmSync(directory, { recursive: true, force: true });

  it('finds a place where nothing is yet fit to be used, says how much is free, and leaves nothing there', async () => {
    const { failed, named } = await storage();

    expect(failed).toEqual([]);
    expect(named('disk space').message).toMatch(/\d+\.\d GiB free under/);
    expect(readdirSync(directory)).toEqual([]);
    removed();
  });

  it('says that the objects have no directory that can be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    env['OBJECTS_URL'] = `file:${join(directory, 'file')}`;
    const { failed, named } = await storage();

    expect(failed).toEqual(['objects']);
    expect(named('objects').message).toContain('a file stands where a directory should be');
    removed();
  });

  (CAN_MOUNT ? it : it.skip)('warns of a disk with less than a GiB, and says when it is full', async () => {
    const disk = mountSmallDisk(join(directory, 'data'), 1024 * 1024);
    mkdirSync(join(directory, 'data/objects'));
    const little = await storage();
    disk.fill();
    const full = await storage();
    disk.unmount();

    expect(little.failed).toEqual([]);
    expect(little.named('disk space').message).toMatch(/^warning: 0\.0 GiB free under .*free some space/);
    expect(full.failed).toEqual(['data directory', 'objects', 'warehouse']);
    expect(full.named('objects').message).toContain('the disk is full: free some space');
    removed();
  });

  it('says that the objects are gone, where the warehouse is there', async () => {
    await migrated();
    expect((await storage()).named('objects').message).toContain('mount it or put it back');
    removed();
  });

  it('says who holds the warehouse, by process and command', async () => {
    const path = await migrated();
    mkdirSync(join(directory, 'data/objects'));
    const holder = await holdWarehouse(path);
    const { failed, named } = await storage();
    await holder.letGo();

    expect(failed).toEqual(['warehouse', 'warehouse schema']);
    expect(named('warehouse').message).toContain(`held by process ${holder.pid} (${process.execPath})`);
    expect((await storage()).failed).toEqual([]);
    removed();
  });

  it('tells an older schema from a newer one, and changes neither', async () => {
    const path = await migrated();
    mkdirSync(join(directory, 'data/objects'));
    await run(path, 'INSERT INTO schema_version VALUES (99, now())');
    const newer = await storage();
    await run(path, 'DELETE FROM schema_version');
    const older = await storage();

    expect(newer.failed).toEqual(['warehouse schema']);
    expect(newer.named('warehouse schema').message).toContain('its schema is 99');
    expect(older.failed).toEqual([]);
    expect(older.named('warehouse schema').message).toMatch(/^version 0; the worker migrates it to \d+/);
    expect(await run(path, 'SELECT * FROM schema_version')).toBe(0);
    removed();
  });

  /** Runs a statement; tells how many rows it gave. */
  async function run(path: string, sql: string): Promise<number> {
    const instance = await DuckDBInstance.fromCache(path);
    const connection = await instance.connect();
    const { currentRowCount } = await connection.runAndReadAll(sql);
    connection.disconnectSync();
    instance.closeSync();
    return currentRowCount;
  }

  async function migrated(): Promise<string> {
    const path = join(directory, 'data/warehouse.duckdb');
    const warehouse = openDuckdbWarehouse({ path, tempDirectory: join(directory, 'temp') });
    await warehouse.migrate();
    await warehouse.release();
    return path;
  }
});

describe('rosterline check', () => {
  let rig: ExportRig;
  beforeAll(async () => {
    rig = await startExportRig('check', ORGANISATION);
  }, 2 * MINUTES);
  afterAll(async () => await rig.close(), MINUTES);

  it(
    'says which worker is missing before there is one, and exits with 1',
    async () => {
      const { code, stdout } = await command(['--only', 'temporal'], rig.environment);

      expect(code).toBe(1);
      expect(stdout).toMatch(/^ok +namespace +check-/m);
      expect(stdout).toMatch(
        /^FAIL worker: warehouse +no worker polls rosterline-warehouse: start one with 'rosterline worker'/m,
      );
      expect(stdout).toMatch(/^NOT ready: .* 9 failed/m);
    },
    MINUTES,
  );

  it(
    'says that no Temporal server answers, and checks the rest',
    async () => {
      const env = { ...rig.environment, TEMPORAL_ADDRESS: '127.0.0.1:1' };
      const { code, stdout } = await command(['--json'], env);

      expect(code).toBe(1);
      const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
      expect(ok).toBe(false);
      const failed = checks.filter((check) => !check.ok).map(({ name }) => name);
      expect(failed[0]).toBe('Temporal server');
      expect(failed).toHaveLength(12);
      expect(checks.find(({ name }) => name === 'Temporal server')?.message).toContain(
        "start one with 'rosterline dev'",
      );
    },
    MINUTES,
  );

  it(
    'finds everything fine where a worker runs and something was exported; then refuses another organisation',
    async () => {
      await rig.startWorker();
      await rig.export(
        { datasets: ['adherence'], from: '2024-03-01', to: '2024-03-03', managementUnits: ['Leeds'] },
        'historyExport/check',
      );
      const { code, stdout, stderr } = await command(['--json'], rig.environment);

      const report = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
      expect(report.checks.filter((check) => !check.ok)).toEqual([]);
      expect(Object.keys(report)).toEqual(['ok', 'checks']);
      for (const check of report.checks) expect(Object.keys(check)).toEqual(['name', 'ok', 'needed', 'message']);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^ready: .*; 7 API calls, 1 login$/m);
      for (const secret of [rig.simulator.clientSecret, ...rig.simulator.accessTokens()])
        expect(stdout + stderr).not.toContain(secret);

      const other = await startSimulator({ ...ORGANISATION, seed: 42 });
      const elsewhere = await command(['--only', 'genesys'], {
        ...rig.environment,
        GENESYS_API_URL: other.url,
        GENESYS_LOGIN_URL: other.url,
        GENESYS_CLIENT_ID: other.clientId,
        GENESYS_CLIENT_SECRET: other.clientSecret,
      });
      await other.close();
      expect(elsewhere.code).toBe(1);
      expect(elsewhere.stdout).toMatch(/^FAIL same organisation +the objects in .* are of organisation /m);
    },
    2 * MINUTES,
  );

  it(
    'names a setting that is missing, and exits with 2',
    async () => {
      const { code, stdout } = await command(['--only', 'genesys'], { ROSTERLINE_DATA: rig.objects });

      expect(code).toBe(2);
      expect(stdout).toMatch(/^FAIL OAuth client +not set: GENESYS_REGION/m);
    },
    MINUTES,
  );
});
