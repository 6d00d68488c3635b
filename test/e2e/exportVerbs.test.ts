import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { addDays, localDateOf } from '../../src/domain/calendar.js';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { FACT_TABLES as TABLES, factRows, truth } from '../support/exportTruth.js';
import { holdJobs } from '../support/holdJobs.js';
import { rowDifferences } from '../support/rowDifferences.js';
import { runRosterline } from '../support/runRosterline.js';
import { secretsIn } from '../support/secretScan.js';
import { spanOf } from '../support/spanOf.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
/** What an operator's word may take until it holds. */
const TAKES_EFFECT_WITHIN_MS = 2_000;
const ORGANISATION: SimulatorOptions = {
  seed: 41,
  tokenLimitPerMinute: null,
  jobSeconds: { min: 0.5, max: 2 },
  units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 4 }],
};
const REQUEST = {
  managementUnits: ['Leeds'],
  datasets: ['adherence', 'occupancy'],
  from: '2024-03-04',
  to: '2024-03-18',
  windowDays: { adherence: 1, occupancy: 1 },
  exceptions: true,
  actuals: true,
  maxParallelWindows: 4,
};
const WINDOWS = 28;
/** Days of which jobs are held until the export was paused, and until it was cancelled: four windows of each are under way meanwhile. */
const HELD = { untilPaused: ['2024-03-06', '2024-03-10'], untilCancelled: ['2024-03-10', '2024-03-18'] } as const;
const AT_ONCE = REQUEST.maxParallelWindows;
const NO_DIFFERENCE = { missing: [], unexpected: [] };
const ID = 'historyExport/an operator’s';

describe('an operator at an export', () => {
  let rig: ExportRig;
  let handle: WorkflowHandle;
  /** What each verb has held until it came: let go of then, so that calls would leave if it did not hold. */
  let letGo: { readonly paused: () => void; readonly cancelled: () => void };
  beforeAll(async () => {
    rig = await startExportRig('export-verbs', ORGANISATION);
    await rig.startWorker();
    letGo = {
      paused: holdJobs(rig.simulator, ...HELD.untilPaused),
      cancelled: holdJobs(rig.simulator, ...HELD.untilCancelled),
    };
    handle = rig.client.workflow.getHandle(ID);
  }, MINUTES);
  afterAll(async () => await rig.close());

  async function json(...args: string[]): Promise<Record<string, unknown> & { code: number }> {
    const { code, stdout, stderr } = await runRosterline([...args, '--json'], rig.environment);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    if (last === '') throw new Error(`rosterline ${args.join(' ')} said nothing but: ${stderr}`);
    return { ...(JSON.parse(last) as Record<string, unknown>), code };
  }

  async function progress(): Promise<ExportProgress> {
    return await handle.query<ExportProgress>('progress');
  }

  async function untilHeld(done: number): Promise<void> {
    await eventually(`${done} windows are done and the others under way are held`, async () => {
      const { windows } = await progress();
      return windows.done === done && windows.running === AT_ONCE;
    });
  }

  /** When the export was told to end, in milliseconds since the epoch; null before. */
  async function cancelRequestedMs(): Promise<number | null> {
    const { events } = await handle.fetchHistory();
    const asked = events?.find((event) => event.workflowExecutionCancelRequestedEventAttributes);
    return asked ? Number(asked.eventTime?.seconds ?? 0) * 1000 + (asked.eventTime?.nanos ?? 0) / 1e6 : null;
  }

  /** What an act gave, when the last call came, until all was quiet for longer than it may take, and what the machine delayed. */
  async function quietAfter<Result>(act: () => Promise<Result>) {
    let made = rig.simulator.counts().made;
    let lastCallMs = 0;
    const looking = setInterval(() => {
      const now = rig.simulator.counts().made;
      if (now !== made) [made, lastCallMs] = [now, Date.now()];
    }, 20);
    try {
      const { result, delayedMs } = await spanOf(async () => {
        const acted = await act();
        await sleep(1.5 * TAKES_EFFECT_WITHIN_MS);
        return acted;
      });
      return { result, lastCallMs: lastCallMs - delayedMs };
    } finally {
      clearInterval(looking);
    }
  }

  it(
    'finds it in the list, with how far it is',
    async () => {
      await rig.start(REQUEST, ID);
      await untilHeld(4);
      const { code, running } = await json('export', 'list');
      expect({ code, running }).toMatchObject({
        code: 0,
        running: [
          { workflowId: ID, state: 'RUNNING', progress: { windows: { total: WINDOWS, done: 4 }, paused: null } },
        ],
      });
    },
    MINUTES,
  );

  it(
    'pauses it: within two seconds no call leaves any more, also none of the windows under way',
    async () => {
      const pause = () => json('export', 'pause', ID, '--reason', 'a change at Genesys');
      const { result: paused, lastCallMs } = await quietAfter(async () => {
        const told = pause();
        await eventually('it is paused', async () => (await progress()).paused !== null);
        letGo.paused();
        return await told;
      });
      const { paused: shown, windows } = await progress();
      expect(paused).toMatchObject({ code: 0, paused: { reason: 'a change at Genesys' } });
      expect(lastCallMs - Date.parse(shown?.since ?? '')).toBeLessThanOrEqual(TAKES_EFFECT_WITHIN_MS);
      expect(windows.running).toBeGreaterThan(0);
    },
    MINUTES,
  );

  it(
    'has it all on one screen: exports with their end, gates, nightly loads, listener, sync, coverage, workers',
    async () => {
      const shown = await json('status');
      const nothing = { known: true, value: null };
      expect(shown).toMatchObject({
        code: 0,
        exports: { known: true, value: [{ workflowId: ID, progress: { windows: { total: WINDOWS } } }] },
        limits: { known: true },
        nightly: { known: true, value: [] },
        listener: nothing,
        sync: nothing,
        workers: { known: true },
      });
      const { stdout } = await runRosterline(['status'], rig.environment);
      for (const part of ['exports', 'gates and rates', 'nightly', 'listener', 'trunk sync', 'coverage', 'workers'])
        expect(stdout.split('\n')).toContain(part);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    },
    MINUTES,
  );

  it(
    'sees the rest where Temporal does not answer, and why of each part that cannot be asked',
    async () => {
      const { code, stdout } = await runRosterline(['status', '--json'], {
        ...rig.environment,
        TEMPORAL_ADDRESS: '127.0.0.1:1',
        ROSTERLINE_DATA: `${rig.directory}/nothing there`,
      });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        exports: { known: false, why: expect.stringContaining('127.0.0.1:1') },
        workers: { known: false },
        coverage: { known: true, value: { datasets: [] } },
      });
    },
    MINUTES,
  );

  it(
    'is asked before it is cancelled, and nobody there is a no',
    async () => {
      const { code, stdout } = await runRosterline(['export', 'cancel', ID], rig.environment);
      expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('add --yes to cancel it') });
      expect((await handle.describe()).status.name).toBe('RUNNING');
    },
    MINUTES,
  );

  it(
    'resumes it: within two seconds calls leave again, and windows that were held go on',
    async () => {
      const before = rig.simulator.counts().made;
      await handle.executeUpdate('resume');
      const { tookMs, delayedMs } = await spanOf(() =>
        eventually('a call left', () => rig.simulator.counts().made > before),
      );
      expect(tookMs - delayedMs).toBeLessThanOrEqual(TAKES_EFFECT_WITHIN_MS);
      expect(await json('export', 'resume', ID)).toMatchObject({ code: 0, paused: null });
      await untilHeld(12);
    },
    MINUTES,
  );

  it(
    'cancels it: no call leaves after two seconds, whole windows stay, and of the others nothing is there',
    async () => {
      const { result: cancelled, lastCallMs } = await quietAfter(async () => {
        const told = json('export', 'cancel', ID, '--yes');
        await eventually('it is told to end', async () => (await cancelRequestedMs()) !== null);
        letGo.cancelled();
        return await told;
      });
      expect(cancelled).toMatchObject({ code: 0, cancelled: true });
      expect(lastCallMs - ((await cancelRequestedMs()) ?? 0)).toBeLessThanOrEqual(TAKES_EFFECT_WITHIN_MS);

      const coverage = await rig.read((warehouse) => warehouse.allCoverage());
      expect(coverage.map(({ state }) => state)).not.toContain('pending');
      expect(coverage).toHaveLength((await progress()).windows.done);
      const loaded = new Set(coverage.filter((day) => day.dataset === 'adherence').map((day) => day.localDate));
      const ofLoaded = truth(rig.simulator, ORGANISATION, REQUEST).adherence_day.filter((row) =>
        loaded.has(String(row['local_date'])),
      );
      expect(rowDifferences(await factRows(rig, 'adherence_day'), ofLoaded)).toEqual(NO_DIFFERENCE);
      const head = await rig.read((warehouse) => warehouse.custodyHead());
      expect(await rig.verify(head?.sha256 ?? '')).toMatchObject({ ok: true, broken: [] });
      expect(await rig.read((warehouse) => warehouse.openSeals())).toEqual([]);
    },
    MINUTES,
  );

  it(
    'starts it again: it goes on, asks for nothing twice, and ends with every row',
    async () => {
      const again = await rig.export(REQUEST, ID);
      expect(again).toMatchObject({ status: 'complete', gaps: [] });
      const { jobs, downloads, calls } = rig.simulator.counts();
      expect(jobs).toMatchObject({ total: WINDOWS / 2, duplicates: 0 });
      expect(downloads).toMatchObject({ fetchedTwice: 0 });
      expect(calls['POST /api/v2/analytics/users/aggregates/query']).toEqual({ 200: WINDOWS / 2 });
      const expected = truth(rig.simulator, ORGANISATION, REQUEST);
      for (const table of TABLES)
        expect(rowDifferences(await factRows(rig, table), expected[table])).toEqual(NO_DIFFERENCE);
    },
    2 * MINUTES,
  );

  it(
    'pauses and cancels a nightly load the same, and its exports with it; started again it asks for nothing twice',
    async () => {
      const night = 'nightly/by hand';
      // As a schedule has it: the same for each run that is for this night.
      const nominalTime = new Date().toISOString();
      const args = [
        {
          nominalTime,
          lookBackDays: 3,
          horizonDays: 3,
          windowDays: { adherence: 1, occupancy: 1 },
          maxParallelWindows: 2,
        },
      ];
      const start = { taskQueue: 'rosterline', workflowId: night, args };
      // Of the six days, the last four.
      const today = localDateOf('Europe/London', nominalTime);
      const letNightGo = holdJobs(rig.simulator, addDays(today, -4), today);
      const load = await rig.client.workflow.start('nightlyLoad', start);
      const child = rig.client.workflow.getHandle(`${night}/1`);
      const ofChild = () => child.query<ExportProgress>('progress').catch(() => null);
      await eventually('four windows of the night are done and two are held', async () => {
        const windows = (await ofChild())?.windows;
        return windows?.done === 4 && windows.running === 2;
      });

      const { result: told, lastCallMs } = await quietAfter(() => json('export', 'pause', night));
      expect(told).toMatchObject({ code: 0, exports: [{ workflowId: `${night}/1` }] });
      const paused = (await ofChild())?.paused;
      expect(lastCallMs - Date.parse(paused?.since ?? '')).toBeLessThanOrEqual(TAKES_EFFECT_WITHIN_MS);

      expect(await json('export', 'cancel', night, '--yes')).toMatchObject({ code: 0, cancelled: true });
      expect((await load.describe()).status.name).toBe('CANCELLED');
      await eventually('its export has ended', async () => (await child.describe()).status.name === 'CANCELLED');
      const states = (await rig.read((warehouse) => warehouse.allCoverage())).map(({ state }) => state);
      expect(states).not.toContain('pending');

      letNightGo();
      const again = await rig.client.workflow.start('nightlyLoad', start);
      expect(await again.result()).toMatchObject({ status: 'complete' });
      expect(rig.simulator.counts().jobs).toMatchObject({ duplicates: 0 });
    },
    2 * MINUTES,
  );

  it(
    'hands support one file in which nobody and nothing secret is named, whatever was planted',
    async () => {
      const secrets = {
        'client secret': rig.simulator.clientSecret,
        'S3 key': 'planted-s3-secret-5e1f',
        'key file': 'planted-file-secret-90c2',
      };
      const people = await rig.read((warehouse) => warehouse.query('SELECT name FROM agent'));
      const names = ['Leeds', 'Customer Care', 'Acme Insurance', ...people.map(({ name }) => String(name))];
      const [agent = ''] = names.slice(-1);
      const file = (name: string): string => join(rig.directory, name);
      const line = (msg: string): string =>
        JSON.stringify({ level: 30, time: 1, msg, user: agent, taskToken: 'planted' });
      writeFileSync(file('key'), secrets['key file'], { mode: 0o600 });
      writeFileSync(
        file('worker-planted.log'),
        [line(`loaded ${agent} of Leeds with ${secrets['S3 key']}`), `not structured: ${agent}`, ''].join('\n'),
      );
      writeFileSync(
        file('planted.yaml'),
        "nightly:\n  - name: acme\n    at: '02:30'\n    timeZone: Europe/London\n    units: [Acme Insurance]\n",
      );
      await rig.start({ ...REQUEST, managementUnits: ['Acme Insurance'] }, `historyExport/for ${agent}`);
      await rig.client.workflow
        .getHandle(`historyExport/for ${agent}`)
        .result()
        .catch(() => undefined);
      await eventually('the list of workflows has that it failed', async () => {
        for await (const found of rig.client.workflow.list({ query: 'ExecutionStatus = "Failed"' })) return found;
        return null;
      });
      const settings = {
        ...rig.environment,
        ROSTERLINE_CONFIG: file('planted.yaml'),
        AWS_SECRET_ACCESS_KEY: secrets['S3 key'],
        ROSTERLINE_SIGNING_KEY_FILE: file('key'),
      };
      const out = file('doctor.json');
      const log = file('worker-planted.log');
      const ended = await runRosterline(['doctor', '--out', out, '--log', log], settings);
      expect(`${ended.code} ${ended.stderr.replaceAll(/^(asking|looking|running) .*\n/gm, '')}`).toBe('0 ');

      const bytes = readFileSync(out);
      const report = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
      expect(report).toMatchObject({
        v: 1,
        versions: { node: process.version, rosterline: expect.any(String) },
        settings: {
          warehouse: 'duckdb',
          nightlyLoads: 1,
          variablesSet: expect.arrayContaining(['AWS_SECRET_ACCESS_KEY']),
        },
        checks: { known: true, value: expect.arrayContaining([{ name: 'Temporal server', outcome: 'ok' }]) },
        temporal: { known: true, value: { serverVersion: expect.any(String) } },
        pollers: { known: true, value: { '-warehouse': 1, '-genesys-reads': 1 } },
        recentFailures: {
          known: true,
          value: expect.arrayContaining([
            expect.objectContaining({ workflow: 'historyExport', reason: 'InvalidInput' }),
          ]),
        },
        warehouse: { known: true, value: { kind: 'duckdb', rows: { adherence_day: expect.any(Number) } } },
        objects: { known: true, value: { kind: 'file', chainEntries: expect.any(Number) } },
        log: { known: true, value: { leftOut: 1, lines: [{ msg: 'loaded [name] of [name] with [hidden]' }] } },
      });
      const written = [{ name: 'the report', bytes }];
      expect(secretsIn(written, secrets)).toEqual([]);
      expect(names.length).toBeGreaterThan(4);
      for (const name of [...names, rig.directory, hostname()])
        expect(`${name}: ${bytes.includes(name) ? 'in the report' : 'not there'}`).toBe(`${name}: not there`);
    },
    2 * MINUTES,
  );
});
