import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildCommand } from '../../src/cli/demo/childCommand.js';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import { addDays } from '../../src/domain/calendar.js';
import { familyQueue, warehouseQueue } from '../../src/domain/taskQueues.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/temporal/embeddedServer.js';
import { type Blow, blowNow, secondDownloads, secondJobs } from '../faults/excuses.js';
import { objectServerProgram } from '../support/describeObjectServer.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { coverageOf, expectedCoverage, factRows, truth, type UnitRange } from '../support/exportTruth.js';
import { textsIn, walkHistories } from '../support/historyTexts.js';
import { type ProductionStores, productionStores } from '../support/productionStores.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { lastJson, runRosterline } from '../support/runRosterline.js';
import { commandLines, filesUnder, secretsIn, type Written } from '../support/secretScan.js';
import { workByProcess } from '../support/workByProcess.js';

const program = await objectServerProgram();
if (program === null) process.stderr.write('skipped, for want of an S3 server: workers on Postgres and S3\n');

const MINUTES = 60_000;
/** Enough that a process that polls a queue gets something of it, however the server chooses. */
const MOST_FURTHER_WEEKS = 10;
const SAME = { missing: [], unexpected: [] };
const ORGANISATION: SimulatorOptions = {
  seed: 71,
  units: [
    { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 5 },
    { name: 'London', timeZone: 'Europe/London', agents: 5 },
  ],
  tokenLimitPerMinute: 300,
  jobSeconds: { min: 0.2, max: 0.6 },
  turnover: false,
};
const BY_TWO = { from: '2024-01-01', to: '2024-01-22', managementUnits: ['Singapore', 'London'] };
const BY_FOUR = { ...BY_TWO, from: '2024-01-22', to: '2024-02-26' };
const ALL = { ...BY_TWO, to: BY_FOUR.to };

(program === null ? describe.skip : describe)('workers on Postgres and S3', () => {
  let directory: string;
  let temporal: EmbeddedServer;
  let stores: ProductionStores;
  let rig: ExportRig;
  /** Those that run. */
  const workers: ChildCommand[] = [];
  const kills: Blow[] = [];
  const outputs: Written[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rosterline-many-workers-'));
    [temporal, stores] = await Promise.all([
      startEmbeddedServer({ dataDirectory: directory, log: () => undefined }),
      productionStores(directory, program ?? ''),
    ]);
    const { settings } = stores;
    rig = await startExportRig('production', ORGANISATION, { address: temporal.address, directory, settings });
  }, 5 * MINUTES);
  afterAll(async () => {
    await rig.close();
    await temporal.stop();
    await stores.close();
    rmSync(directory, { recursive: true, force: true });
  }, MINUTES);

  it(
    'share one export by two, within one budget of calls',
    async () => {
      workers.push(...(await Promise.all([rig.startWorker(), rig.startWorker()])));
      const request = { datasets: ['adherence', 'occupancy'], actuals: true, ...BY_TWO };
      expect(await rig.export(request, 'by-two')).toMatchObject({ status: 'complete', gaps: [] });
      await isWholeAndOnce(BY_TWO);
      expect(rig.simulator.counts().refused).toBe(0);
    },
    5 * MINUTES,
  );

  it(
    'share one by four, one of which is killed: every window is there once, nothing was fetched twice, and each of the others calls and loads',
    async () => {
      workers.push(...(await Promise.all([rig.startWorker(), rig.startWorker()])));
      const request = { datasets: ['adherence', 'occupancy'], actuals: true, ...BY_FOUR };
      const { result } = await rig.start(request, 'by-four');
      const handle = rig.client.workflow.getHandle('by-four');
      const done = async () => (await handle.query<ExportProgress>('progress')).windows.done;
      await eventually('some windows', async () => (await done()) >= 4, 2 * MINUTES);
      const [killed] = workers.splice(2, 1);
      kills.push(blowNow());
      await killed?.kill();
      const { head, ...ended } = await result;
      expect(ended).toMatchObject({ status: 'complete', gaps: [] });
      await isWholeAndOnce(ALL);
      expect(await rig.verify(head)).toMatchObject({ ok: true, broken: [] });
      await eachComesToDoBoth(workers);
    },
    5 * MINUTES,
  );

  it(
    'are ready by every check, which tells server, rights, bucket and Object Lock',
    async () => {
      const [checked, verified] = await Promise.all([
        runRosterline(['check'], rig.environment),
        runRosterline(['verify', '--json'], rig.environment),
      ]);
      for (const { stdout, stderr } of [checked, verified])
        outputs.push({ name: 'the output of a command', bytes: Buffer.from(stdout + stderr) });
      expect(checked.stdout).toMatch(/^ok +warehouse +postgres:.* PostgreSQL 1[5-9]/m);
      expect(checked.stdout).toMatch(/^ok +warehouse rights +production_\w+ may make tables/m);
      expect(checked.stdout).toMatch(/^ok +object lock +there is/m);
      expect(checked.stdout).toMatch(/^ok +objects: rights +a tiny object was written/m);
      expect(checked.stdout).toMatch(/^ready: /m);
      expect(checked.code).toBe(0);
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    },
    5 * MINUTES,
  );

  it(
    'hold a week by its versions, and purge the weeks beside it: the hold stays, and the chain still proves what is there',
    async () => {
      const cli = async (...args: string[]): Promise<unknown> => {
        const { stdout, stderr } = await runRosterline([...args, '--json'], rig.environment);
        outputs.push({ name: 'the output of a command', bytes: Buffer.from(stdout + stderr) });
        return lastJson({ stdout });
      };
      const london = ['--unit', 'London', '--dataset', 'adherence'];
      const week = ['--from', '2024-01-08', '--to', '2024-01-15', '--reason', 'matter 7', '--by', 'counsel'];
      expect(await cli('hold', 'place', ...london, ...week, '--id', 'matter-7', '--wait')).toMatchObject({
        state: 'held',
      });
      expect(await cli('purge', ...london, '--older-than', '2024-01-22', '--yes')).toMatchObject({
        state: 'completed',
        counts: { windows: 2, stays: { held: 1 } },
      });
      expect(await cli('verify')).toMatchObject({ ok: true, purged: 2, broken: [] });
      expect(await rig.read((warehouse) => warehouse.holds())).toMatchObject([{ holdId: 'matter-7' }]);
    },
    5 * MINUTES,
  );

  it(
    'load from a bucket into DuckDB by one owner, with API workers anywhere; and refuse Postgres beside others’ directories',
    async () => {
      const mixed = {
        ROSTERLINE_TASK_QUEUE: 'mixed',
        WAREHOUSE_URL: `duckdb:${join(directory, 'mixed.duckdb')}`,
        WAREHOUSE_PASSWORD_FILE: '',
        // Its own chain: the warehouse is another.
        OBJECTS_URL: (stores.settings['OBJECTS_URL'] ?? '').replace('/wfm?', '/mixed?'),
      };
      const elsewhere = { ...mixed, ROSTERLINE_DATA: join(directory, 'elsewhere') };
      const directories = (name: string) => ({
        ROSTERLINE_TASK_QUEUE: 'directories',
        OBJECTS_URL: `file:${join(directory, name)}`,
      });
      await Promise.all([
        rig.startWorker([], mixed),
        rig.startWorker(['--only', 'api'], elsewhere),
        rig.startWorker([], directories('one')),
      ]);
      const other = runRosterline(['worker'], { ...rig.environment, ...directories('other') });
      const request = { datasets: ['adherence'], from: '2024-01-01', to: '2024-01-15', managementUnits: ['London'] };
      const result: unknown = await rig.client.workflow.execute('historyExport', {
        taskQueue: 'mixed',
        workflowId: 'mixed',
        args: [request],
      });
      expect(result).toMatchObject({ status: 'complete', windows: 2, gaps: [] });
      const { code, stderr } = await other;
      expect(code).toBe(1);
      expect(stderr).toContain(`The objects of this worker are in ${join(directory, 'other')}`);
      expect(stderr).toContain('loads into the warehouse, reads others');
      const verified = await runRosterline(['verify', '--json'], { ...rig.environment, ...mixed });
      outputs.push({ name: 'the output of a command', bytes: Buffer.from(verified.stdout + verified.stderr) });
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, windows: 2 });
    },
    5 * MINUTES,
  );

  it(
    'let no secret out: not in outputs, command lines, histories, Temporal’s database, the objects or the warehouse',
    async () => {
      const { clientSecret, otherClient } = rig.simulator;
      const tokens = rig.simulator.accessTokens();
      const secrets = {
        ...stores.secrets,
        'client secret': clientSecret,
        'other client secret': otherClient.clientSecret,
        ...Object.fromEntries(tokens.map((token, index) => [`access token ${index}`, token])),
      };
      expect(tokens.length).toBeGreaterThan(0);
      const lines = [...commandLines()];
      expect(lines.some(({ bytes }) => Buffer.from(bytes).includes('rosterline'))).toBe(true);
      const histories = (await walkHistories(rig.client)).map(({ workflowId, events }) => ({
        name: `the history of ${workflowId}`,
        bytes: Buffer.from(textsIn(events).join('\n')),
      }));
      const dump = { name: 'the warehouse', bytes: Buffer.from(await stores.dumpWarehouse()) };
      expect(dump.bytes.byteLength).toBeGreaterThan(100_000);
      // Objects with their versions, and everything in the data directory: logs, spools, Temporal's SQLite file.
      const own = join(directory, 'secrets');
      const files = [...filesUnder(dirname(stores.objectServer.directory)), ...filesUnder(directory, [own])];
      expect(files.map(({ name }) => name)).toEqual(
        expect.arrayContaining([join(directory, 'worker.log'), join(directory, 'temporal', 'temporal.db')]),
      );
      expect(secretsIn([...outputs, ...lines, ...histories, dump, ...files], secrets)).toEqual([]);

      // What finds nothing has to be able to find.
      const leak = Buffer.from(`user:${clientSecret}`).toString('base64');
      writeFileSync(join(directory, 'leak.log'), `authorization: Basic ${leak}\n`);
      expect(secretsIn(filesUnder(directory, [own]), secrets)).toEqual([
        `client secret in ${join(directory, 'leak.log')}`,
      ]);
    },
    5 * MINUTES,
  );

  /** Exports further weeks until each process has called and loaded: who gets a task of a queue that all poll is the server's choice. */
  async function eachComesToDoBoth(processes: readonly ChildCommand[]): Promise<void> {
    for (let week = 0; ; week++) {
      const work = await workByProcess(rig.client, {
        api: familyQueue('rosterline', 'reads').replace('reads', ''),
        warehouse: warehouseQueue('rosterline'),
      });
      const without = processes.filter(({ pid }) => !work.get(pid)?.api || !work.get(pid)?.warehouse);
      if (without.length === 0) return;
      if (week === MOST_FURTHER_WEEKS)
        throw new Error(`${without.length} of ${processes.length} never did both: ${JSON.stringify([...work])}`);
      const days = { from: addDays(ALL.to, 7 * week), to: addDays(ALL.to, 7 * (week + 1)) };
      await rig.export({ datasets: ['adherence', 'occupancy'], ...ALL, ...days }, `further-${week}`);
    }
  }

  async function isWholeAndOnce(range: UnitRange): Promise<void> {
    const { jobs, downloads } = rig.simulator.counts();
    // Only a kill while an answer is on its way excuses that it is asked for again.
    const struck = { kills, outages: [] };
    expect(secondJobs(jobs.requests, struck).filter(({ excuse }) => excuse === null)).toEqual([]);
    expect(secondDownloads(downloads.objects, struck).filter(({ excuse }) => excuse === null)).toEqual([]);
    expect(downloads.objects.filter(({ complete }) => complete === 0)).toEqual([]);
    const whole = truth(rig.simulator, ORGANISATION, range);
    for (const table of ['adherence_day', 'occupancy_interval'] as const)
      expect(rowDifferences(await factRows(rig, table), whole[table])).toEqual(SAME);
    expect(rowDifferences(await coverageOf(rig), expectedCoverage(rig.simulator, whole, range))).toEqual(SAME);
  }
});
