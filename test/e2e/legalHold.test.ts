import { existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildCommand } from '../../src/cli/demo/childCommand.js';
import { addDays } from '../../src/domain/calendar.js';
import { WindowSeal } from '../../src/domain/seal.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import type { ObjectStore } from '../../src/objects/objectStore.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { FACT_TABLES } from '../../src/warehouse/factTables.js';
import { supersededTable } from '../../src/warehouse/heldRows.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { releaseHold, startHold } from '../support/holdRuns.js';
import { startPurge } from '../support/purgeRuns.js';
import { lastJson, runRosterline } from '../support/runRosterline.js';
import { type SlowDisk, slowDisk } from '../support/slowDisk.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const MINUTES = 60_000;
const TODAY = new Date().toISOString().slice(0, 10);
/** Days that Genesys still restates: what is asked again says something else. */
const RESTATED = { from: addDays(TODAY, -5), to: addDays(TODAY, -2) };
const OLD = { from: '2024-03-04', to: '2024-03-16' };
const TABLES = FACT_TABLES.adherence;
const ADHERENCE = { datasets: ['adherence'], windowDays: { adherence: 1 } };

const ORGANISATION: SimulatorOptions = {
  tokenLimitPerMinute: null,
  seed: 17,
  jobSeconds: 0.1,
  turnover: false,
  units: [{ name: 'Singapore Desk', timeZone: 'Asia/Singapore', agents: 4 }],
  restatedDays: 30,
};

describe('legal holds on the command line', () => {
  let rig: ExportRig;
  let store: ObjectStore;
  let head = '';
  let worker: ChildCommand;
  let disk: SlowDisk;

  beforeAll(async () => {
    rig = await startExportRig('legal-hold', ORGANISATION);
    disk = slowDisk(rig.directory);
    worker = await rig.startWorker([], disk.variables);
    await rig.export({ ...ADHERENCE, ...OLD }, 'old days');
    await rig.export({ ...ADHERENCE, ...RESTATED }, 'recent days');
    store = openFileStore({ directory: rig.objects, readOnly: true });
  }, 5 * MINUTES);
  afterAll(async () => await rig.close());

  async function cli(...args: string[]): Promise<{ code: number; said: Record<string, unknown>; stderr: string }> {
    const ended = await runRosterline([...args, '--json'], rig.environment);
    return { code: ended.code, said: lastJson(ended) as Record<string, unknown>, stderr: ended.stderr };
  }

  async function seals(from: string, to: string): Promise<{ path: string; seal: WindowSeal }[]> {
    const found: { path: string; seal: WindowSeal }[] = [];
    for (const path of await store.list('seals/export')) {
      const seal = WindowSeal.parse(JSON.parse(Buffer.from((await store.read(path)) ?? '').toString()));
      if (from <= seal.from && seal.to <= to) found.push({ path, seal });
    }
    return found;
  }

  /** Of each table. */
  async function rowsOfFirstDay(tables: readonly string[]): Promise<Record<string, unknown>[][]> {
    return await rig.read((warehouse) =>
      Promise.all(
        tables.map((table) =>
          warehouse.query(`SELECT * FROM ${table} WHERE local_date = '${RESTATED.from}' ORDER BY ALL`),
        ),
      ),
    );
  }

  it(
    'a held day that Genesys restates is kept as it was: rows, landing and seal, beside the new ones',
    async () => {
      const place = ['--from', RESTATED.from, '--to', RESTATED.to, '--reason', 'matter 2031-17', '--by', 'counsel'];
      const placed = await cli(
        'hold',
        'place',
        '--unit',
        'Singapore Desk',
        ...place,
        '--id',
        'matter-2031-17',
        '--wait',
      );
      expect(placed).toMatchObject({ code: 0, said: { holdId: 'matter-2031-17', state: 'held' } });
      const [before] = await seals(RESTATED.from, RESTATED.to);
      const rowsBefore = await rowsOfFirstDay(TABLES);

      ({ head } = await rig.export({ ...ADHERENCE, ...RESTATED, reload: 'all' }, 'restated'));
      // Genesys restates most agents' days, not all: a row that is said again as it was stays.
      const stayed = new Set((await rowsOfFirstDay(TABLES)).flat().map((row) => JSON.stringify(row)));
      const gone = rowsBefore.map((rows) => rows.filter((row) => !stayed.has(JSON.stringify(row))));
      expect(gone[0]).not.toEqual([]);
      expect(await rowsOfFirstDay(TABLES.map(supersededTable))).toMatchObject(gone);
      const ofFirstDay = await seals(RESTATED.from, addDays(RESTATED.from, 1));
      expect(ofFirstDay.map(({ seal }) => seal.number)).toEqual([1, 2]);
      const [old, restated] = ofFirstDay;
      expect(restated?.seal.landings).not.toEqual(old?.seal.landings);
      expect(restated?.seal.supersedes).toMatchObject([
        {
          seal: before?.path,
          localDates: [RESTATED.from],
          landings: [...new Set(gone.flat().map(({ landing_sha256: landing }) => landing))].sort(),
        },
      ]);
      for (const { path, seal } of ofFirstDay)
        for (const object of [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)]) {
          expect(await store.protection(object)).toMatchObject({ held: true });
          expect((await stat(join(rig.objects, object))).mode & 0o222).toBe(0);
        }
      expect(await rig.verify(head)).toMatchObject({ ok: true, broken: [] });
    },
    5 * MINUTES,
  );

  it('lists what is held, and says why it cannot hold what nobody knows', async () => {
    const { said } = await cli('hold', 'list');
    expect(said).toMatchObject({
      holds: [{ holdId: 'matter-2031-17', state: 'held', reason: 'matter 2031-17', by: 'counsel', released: null }],
    });
    const refused = await cli(
      'hold',
      'place',
      '--from',
      '2024-01-01',
      '--to',
      '2024-02-01',
      '--unit',
      'Nobody',
      '--reason',
      'x',
    );
    expect(refused).toMatchObject({ code: 2, said: { error: { name: 'InvalidInput' } } });
    expect((await cli('hold', 'place', '--from', '2024-02-01', '--to', '2024-01-01', '--reason', 'x')).code).toBe(2);
    expect((await cli('hold', 'release', 'never', '--reason', 'x')).code).toBe(2);
  });

  it(
    'a hold whose worker is killed while it is placed is placed whole by the next worker',
    async () => {
      const asked = { client: rig.client, taskQueue: 'rosterline' };
      disk.slow();
      const handle = await startHold(asked, 'killed', { from: '2024-03-08', to: '2024-03-10' });
      await eventually('it is registered', () => existsSync(join(rig.objects, 'seals/holds/killed/placed.json')));
      await worker.kill();
      expect((await handle.describe()).status.name).toBe('RUNNING');
      disk.quick();
      worker = await rig.startWorker([], disk.variables);
      expect(await handle.result()).toMatchObject({ state: 'held' });
      for (const { path, seal } of await seals('2024-03-08', '2024-03-10'))
        for (const object of [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)])
          expect(await store.protection(object)).toMatchObject({ held: true });
    },
    5 * MINUTES,
  );

  it('a purge that nobody confirms removes nothing, and says what it would', async () => {
    const planned = await cli('purge', '--older-than', '2024-03-07', '--by', 'records');
    expect(planned).toMatchObject({ code: 1, said: { state: 'abandoned', counts: { windows: 3 }, removed: 0 } });
    expect(await seals('2024-03-04', '2024-03-07')).toHaveLength(3);
    expect((await cli('purge', '--older-than', 'soon')).code).toBe(2);
  });

  it(
    'a purge whose worker is killed while it removes is ended by the next one, and leaves what is held, before it or meanwhile',
    async () => {
      const landings = () => readdirSync(join(rig.objects, 'landings')).length;
      const before = landings();
      disk.slow();
      const asked = { client: rig.client, taskQueue: 'rosterline' };
      const handle = await startPurge(asked, '2024-03-16');
      await eventually('something is removed', () => landings() < before);
      // Its day is among the last to go.
      const holding = await startHold(asked, 'meanwhile', { from: '2024-03-15', to: '2024-03-16' });
      await eventually('it is registered', () => existsSync(join(rig.objects, 'seals/holds/meanwhile/placed.json')));
      await worker.kill();
      for (const { status } of [await handle.describe(), await holding.describe()]) expect(status.name).toBe('RUNNING');
      disk.quick();
      worker = await rig.startWorker([], disk.variables);
      expect(await handle.result()).toMatchObject({
        state: 'completed',
        counts: { windows: 10, objects: 30, stays: { held: 2 } },
        removed: 27,
        stayed: { held: 1 },
      });
      expect(await holding.result()).toMatchObject({ state: 'held' });
      const left = await seals(OLD.from, OLD.to);
      expect(left.map(({ seal }) => seal.from)).toEqual(['2024-03-08', '2024-03-09', '2024-03-15']);
      for (const { path, seal } of left)
        for (const object of [path, ...seal.landings.map(({ sha256 }) => `landings/${sha256}`)])
          expect(await store.protection(object)).toMatchObject({ held: true });
      expect(await rig.verify(head)).toMatchObject({ ok: true, purged: 9, broken: [] });
    },
    5 * MINUTES,
  );

  it(
    'what was held goes once it is released',
    async () => {
      const released = await cli('hold', 'release', 'killed', '--reason', 'closed', '--by', 'counsel', '--wait');
      expect(released).toMatchObject({ code: 0, said: { state: 'released' } });
      expect(await releaseHold({ client: rig.client, taskQueue: 'rosterline' }, 'meanwhile')).toMatchObject({
        state: 'released',
      });
      const purged = await cli('purge', '--older-than', 'P1Y', '--yes');
      expect(purged).toMatchObject({ code: 0, said: { state: 'completed', removed: 9 } });
      expect(await rig.verify(head)).toMatchObject({ ok: true, purged: 12 });
      const { said } = await cli('hold', 'list', '--all');
      expect(said).toMatchObject({
        holds: expect.arrayContaining([
          expect.objectContaining({ holdId: 'matter-2031-17', state: 'held' }),
          expect.objectContaining({ holdId: 'killed', state: 'released' }),
          expect.objectContaining({ holdId: 'meanwhile', state: 'released' }),
        ]) as unknown,
      });
    },
    5 * MINUTES,
  );
});
