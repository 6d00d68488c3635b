import { readFileSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from '@jest/globals';
import { migrate } from '../../src/warehouse/duckdb/migrate.js';
import { MIGRATIONS } from '../../src/warehouse/duckdb/migrations.js';
import { adherenceStates, coverageStates } from '../support/coverageStates.js';
import { eventually } from '../support/eventually.js';
import { type ExportEnvironment, exportEnvironment } from '../support/exportEnvironment.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { quietTemporal } from '../support/quietTemporal.js';
import { temporalServer } from '../support/temporalServer.js';
import { warehousePath } from '../support/testWorker.js';
import { warehouseBytes } from '../support/warehouseBytes.js';
import { pendingAttempts } from '../support/windowHistory.js';

quietTemporal('ERROR');
const { address } = await temporalServer();

const ORGANISATION = {
  seed: 47,
  units: [{ name: 'Singapore', timeZone: 'Asia/Singapore', agents: 3 }],
  turnover: false,
  tokenLimitPerMinute: null,
  jobSeconds: 0.1,
};
const THREE_DAYS = {
  datasets: ['adherence' as const],
  from: '2024-03-04',
  to: '2024-03-07',
  windowDays: { adherence: 1 },
  maxParallelWindows: 2,
};
const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;
/** What the next version may do to the schema. */
const NEXT = { version: NEWEST + 1, statements: ['ALTER TABLE business_unit ADD COLUMN division TEXT'] };

/** Makes a warehouse file whose schema ends with the last of these steps, with a table of an analyst's own. */
async function writeWarehouse(path: string, steps: typeof MIGRATIONS): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const instance = await DuckDBInstance.fromCache(path);
  const connection = await instance.connect();
  await migrate(connection, path, steps);
  await connection.run(`CREATE TABLE notes AS SELECT 'asked the Penang team' AS note`);
  connection.disconnectSync();
  instance.closeSync();
}

describe('a worker on a warehouse of another version', () => {
  let rig: ExportRig;
  afterEach(() => rig.close());

  it('brings an older one up to date, and exports into it', async () => {
    rig = await startExportRig('older-warehouse', ORGANISATION);
    await writeWarehouse(rig.warehousePath, MIGRATIONS.slice(0, -1));
    await rig.startWorker();
    const result = await rig.export(THREE_DAYS, 'into an older warehouse');
    expect(result).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    expect(await rig.verify(result.head)).toMatchObject({ ok: true, windows: 3 });
    const found = await rig.read((warehouse) =>
      warehouse.query('SELECT max(version) AS version, (SELECT note FROM notes) AS note FROM schema_version'),
    );
    expect(found).toEqual([{ version: NEWEST, note: 'asked the Penang team' }]);
  });

  it('refuses a newer one: it ends at once, says which version is needed, and changes no byte of it', async () => {
    rig = await startExportRig('newer-warehouse', ORGANISATION);
    await writeWarehouse(rig.warehousePath, [...MIGRATIONS, NEXT]);
    const before = warehouseBytes(rig.warehousePath);
    const ended = await rig.startWorker().then(
      () => 'it works',
      (error: unknown) => String(error),
    );
    expect(ended).toMatch(/worker could not start/);
    // What a person reads on standard error.
    const log = readFileSync(/its log is (.+)$/.exec(ended)?.[1] ?? '', 'utf8');
    expect(log).toContain(
      `rosterline: the warehouse ${rig.warehousePath} was written by a newer version of Rosterline (its schema is ${NEXT.version}, this version knows ${NEWEST}). It was not touched; use that version or another file`,
    );
    expect(warehouseBytes(rig.warehousePath)).toEqual(before);
  });
});

describe('an export under whose hands a newer version migrates the warehouse', () => {
  let environment: ExportEnvironment;
  afterEach(() => environment.close());

  it('pauses and says so, changes no byte of it, makes no gap, and goes on with its own', async () => {
    environment = await exportEnvironment(address, { name: 'a newer warehouse', organisation: { jobSeconds: 3 } });
    const path = warehousePath(environment.directory);
    const newer = join(environment.directory, 'newer.duckdb');
    await writeWarehouse(newer, [...MIGRATIONS, NEXT]);
    const handle = await environment.start(THREE_DAYS);
    const { progress } = environment;
    await eventually('two jobs are being computed', () => environment.simulator.counts().jobs.total === 2);
    // Between two loads: nobody has the file then.
    await environment.warehouse.release();
    renameSync(path, `${path}.own`);
    renameSync(newer, path);
    const before = warehouseBytes(path);

    const told = new RegExp(`newer version of Rosterline .its schema is ${NEXT.version}, this version knows ${NEWEST}`);
    const paused = await eventually('paused', async () => {
      const shown = await progress(handle);
      return shown.paused !== null && told.test(shown.paused.reason) && shown;
    });
    expect(paused.windows).toMatchObject({ failed: 0 });
    await eventually('it has tried again', async () => {
      const attempts = await pendingAttempts(environment, { from: THREE_DAYS.from, days: 3 });
      return attempts.some(({ attempt, failure }) => failure === 'Blocked' && attempt > 2);
    });
    expect(warehouseBytes(path)).toEqual(before);

    renameSync(`${path}.own`, path);
    expect(await handle.result()).toMatchObject({ status: 'complete', windows: 3, gaps: [] });
    const states = await adherenceStates(environment, THREE_DAYS.from, THREE_DAYS.to);
    expect(await coverageStates(environment.warehouse)).toEqual({ adherence: states });
    expect(environment.simulator.counts().jobs).toMatchObject({ total: 3, duplicates: 0 });
  });
});
