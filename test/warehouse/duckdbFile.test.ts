import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdbFile } from '../../src/warehouse/duckdb/duckdbFile.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { transpiledSources } from '../support/transpiledSources.js';
import { adherenceOf, loadDocuments, windowLoad, windowOf } from '../support/windowLoads.js';

const run = promisify(execFile);

let sources: string;
beforeAll(() => {
  sources = transpiledSources('src/domain', 'src/datasets', 'src/warehouse', 'test/support');
});
afterAll(() => rmSync(sources, { recursive: true, force: true }));

let directory: string;
let path: string;
let warehouse: Warehouse;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rosterline-duckdb-'));
  path = join(directory, 'warehouse.duckdb');
  warehouse = open({});
});
afterEach(async () => {
  await warehouse.release();
  rmSync(directory, { recursive: true, force: true });
});

function open(changes: { idleReleaseMs?: number }): Warehouse {
  return openDuckdbWarehouse({
    path,
    tempDirectory: join(directory, 'temp'),
    threads: 2,
    idleReleaseMs: 60_000,
    ...changes,
  });
}

/** What another process sees when it opens the file: the number of its tables, or why it could not. */
async function tablesSeenByAnother(): Promise<string> {
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    `
    import { DuckDBInstance } from '${join(sources, 'node_modules/@duckdb/node-api/lib/index.js')}';
    try {
      const connection = await (await DuckDBInstance.fromCache('${path}')).connect();
      console.log(String((await connection.runAndReadAll('SELECT count(*) FROM duckdb_tables()')).getRows()[0][0]));
    } catch (error) { console.log(error.message); }`,
  ]);
  return stdout.trim();
}

/** Needs some 130 MB that cannot go to disk. */
const LARGE_LOAD = 'SELECT CAST(len(list(i)) AS INTEGER) FROM range(8000000) AS numbers(i)';

describe('the DuckDB file', () => {
  it('does a load again with the whole limit when it does not fit into the memory at rest, and begins with it after that', async () => {
    const file = duckdbFile({
      path: join(directory, 'other.duckdb'),
      memory: '256MB',
      tempDirectory: join(directory, 'temp'),
      threads: 2,
      idleReleaseMs: 60_000,
    });
    let tries = 0;
    const load = async () =>
      await file.load(10_000_000, async (connection) => {
        tries++;
        return (await connection.runAndReadAll(LARGE_LOAD)).getRows()[0]?.[0];
      });
    expect(await load()).toBe(8_000_000);
    expect(tries).toBe(2);
    expect(await load()).toBe(8_000_000);
    expect(tries).toBe(3);
    await expect(file.read((connection) => connection.run(LARGE_LOAD))).rejects.toThrow('needs more memory');
    await file.release();
  });

  it('is let go of when nothing used it for a while, and opened again on demand', async () => {
    const brief = openDuckdbWarehouse({
      path: join(directory, 'brief.duckdb'),
      tempDirectory: join(directory, 'temp'),
      idleReleaseMs: 1,
    });
    path = join(directory, 'brief.duckdb');
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    await loadDocuments(brief, window, [adherenceOf(window, ['ana'], 1)]);
    await eventually(async () => Number(await tablesSeenByAnother()) > 10);
    expect(await brief.query('SELECT count(*) AS n FROM adherence_day')).toEqual([{ n: 1 }]);
    await brief.release();
  });

  it('is held while it is in use, and another process can open it after a release', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    await loadDocuments(warehouse, window, [adherenceOf(window, ['ana'], 1)]);
    expect(await tablesSeenByAnother()).toContain(`PID ${process.pid}`);
    await warehouse.release();
    expect(Number(await tablesSeenByAnother())).toBeGreaterThan(10);
  });

  it('is released only once nobody uses it, also where somebody comes while it is being closed', async () => {
    const file = duckdbFile({ path, memory: '64MB', idleReleaseMs: 60_000, tempDirectory: join(directory, 'temp') });
    let users = 0;
    const read = async (): Promise<void> => {
      users++;
      await file.read(async () => {
        await new Promise(setImmediate);
        users--;
      });
    };
    const first = read();
    const releasing = file.release().then(() => users);
    // Read again at each of the moments of the closing.
    const reads: Promise<void>[] = [];
    await first;
    for (let moment = 0; moment < 5; moment++) {
      reads.push(read());
      await Promise.resolve();
    }
    expect(await releasing).toBe(0);
    await Promise.all(reads);
    await file.release();
  });

  it('says which process holds it, and works once that process has gone', async () => {
    await warehouse.migrate();
    await warehouse.release();
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `
      import { DuckDBInstance } from '${join(sources, 'node_modules/@duckdb/node-api/lib/index.js')}';
      const instance = await DuckDBInstance.fromCache('${path}');
      console.log('held');
      setInterval(() => instance, 1000);`,
    ]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(warehouse.allCoverage()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining(`is held by process ${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    expect(await warehouse.allCoverage()).toEqual([]);
  });

  it('is one instance for all that open it in a process, so that nothing is lost', async () => {
    const second = open({});
    const window = (unit: string) => windowOf('adherence', unit, '2024-01-01', '2024-01-03');
    const units = [...Array(12).keys()].map((unit) => `mu-${unit}`);
    await Promise.all(
      units.map((unit, index) =>
        loadDocuments(index % 2 ? warehouse : second, window(unit), [adherenceOf(window(unit), ['ana', 'ben'], 2)]),
      ),
    );
    await second.release();
    expect(
      await warehouse.query('SELECT count(*) AS n, count(DISTINCT management_unit_id) AS u FROM adherence_day'),
    ).toEqual([{ n: 48, u: 12 }]);
  });

  it('can be read while a load runs', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    const [, coverage] = await Promise.all([
      loadDocuments(warehouse, window, [adherenceOf(window, ['ana'], 1)]),
      warehouse.allCoverage(),
    ]);
    expect(coverage.length === 0 || coverage.length === 1).toBe(true);
  });

  it('is readable by its owner alone, with what is not yet in it', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-02');
    await loadDocuments(warehouse, window, [adherenceOf(window, ['ana'], 1)]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}.wal`).mode & 0o777).toBe(0o600);
  });

  it('is refused unharmed when a newer version wrote it', async () => {
    await warehouse.migrate();
    await warehouse.release();
    const instance = await DuckDBInstance.fromCache(path);
    const connection = await instance.connect();
    await connection.run('INSERT INTO schema_version VALUES (999, now())');
    connection.disconnectSync();
    instance.closeSync();
    const before = fileHash();

    await expect(warehouse.allCoverage()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining('written by a newer version of Rosterline (its schema is 999'),
    });
    expect(fileHash()).toBe(before);
    expect(Number(await tablesSeenByAnother())).toBeGreaterThan(10);
  });

  it('that is no database is refused, and named', async () => {
    writeFileSync(path, 'not a database, but quite long enough to be looked at'.repeat(200));
    await expect(warehouse.migrate()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining(path),
    });
  });

  it('changes nothing when a load is aborted', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-08');
    const users = [...Array(1000).keys()].map((user) => `user-${user}`);
    const load = await windowLoad(window, [adherenceOf(window, users, 7)], directory);
    await warehouse.migrate();
    // Later and later, up to a load that is not met any more: some in the midst of a statement.
    let aborted = 0;
    for (let ms = 0; ; ms += 10) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(new Error('cancelled')), ms);
      const loaded = await warehouse.loadWindow(load, abort.signal).catch((error: unknown) => error as Error);
      clearTimeout(timer);
      if (!(loaded instanceof Error)) {
        expect(loaded.seal.rows['adherence_day']).toBe(7000);
        break;
      }
      expect(loaded.message).toBe('cancelled');
      expect(await warehouse.allCoverage()).toEqual([]);
      aborted++;
    }
    expect(aborted).toBeGreaterThan(5);
  });

  it('tells a load as aborted only where nothing was changed, if the abort comes while it commits too', async () => {
    await warehouse.migrate();
    const runs: (
      this: DuckDBConnection,
      ...statement: Parameters<DuckDBConnection['run']>
    ) => ReturnType<DuckDBConnection['run']> = Reflect.get(DuckDBConnection.prototype, 'run');
    for (let ms = 0; ms < 16; ms++) {
      const window = windowOf('adherence', `mu-${ms}`, '2024-01-01', '2024-01-08');
      const users = [...Array(400).keys()].map((user) => `user-${ms}-${user}`);
      const load = await windowLoad(window, [adherenceOf(window, users, 7)], directory);
      const abort = new AbortController();
      const committing = jest.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (
        this: DuckDBConnection,
        ...statement
      ) {
        if (statement[0] === 'COMMIT') setTimeout(() => abort.abort(new Error('cancelled')), ms);
        return runs.apply(this, statement);
      });
      const loaded = await warehouse.loadWindow(load, abort.signal).catch((error: unknown) => error as Error);
      committing.mockRestore();
      const days = (await warehouse.allCoverage()).filter(({ managementUnitId }) => managementUnitId === `mu-${ms}`);
      expect({ ms, loaded: !(loaded instanceof Error) }).toEqual({ ms, loaded: days.length > 0 });
    }
  });
});

describe('a process killed while it loads', () => {
  it('leaves the old rows or the new ones, with their coverage and seal, and never half', async () => {
    const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-08');
    const users = [...Array(300).keys()].map((user) => `user-${user}`);
    await loadDocuments(warehouse, window, [adherenceOf(window, users, 7)]);
    await warehouse.release();

    for (let round = 0; round < 4; round++) {
      await killedWhileLoading(round);
      const [facts] = await warehouse.query(
        `SELECT count(*) AS n, count(DISTINCT (user_id, local_date)) AS keys, count(DISTINCT loaded_at) AS loads,
                any_value(impact_seconds) AS marker, count(DISTINCT impact_seconds) AS markers FROM adherence_day`,
      );
      expect(facts).toMatchObject({ n: 2100, keys: 2100, loads: 1, markers: 1 });
      const seals = [...new Set((await warehouse.allCoverage()).map(({ seal }) => seal))];
      expect(seals).toHaveLength(1);
      const [sealed] = await warehouse.query('SELECT content FROM custody_seal WHERE path = ?', [seals[0] ?? '']);
      const seal = JSON.parse(String(sealed?.['content'])) as { loadedAt: string };
      expect(await warehouse.query('SELECT DISTINCT loaded_at FROM adherence_day')).toEqual([
        { loaded_at: seal.loadedAt },
      ]);
      await warehouse.release();
    }
  });

  /** Loads the window over and over in a process of its own, each time with another marker, and kills it in the midst. */
  async function killedWhileLoading(round: number): Promise<void> {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      import { openDuckdbWarehouse } from '${join(sources, 'src/warehouse/duckdb/openDuckdbWarehouse.js')}';
      import { adherenceDocument, dayMetrics, loadDocuments, windowOf } from '${join(sources, 'test/support/windowLoads.js')}';
      const warehouse = openDuckdbWarehouse({ path: '${path}', tempDirectory: '${join(directory, 'temp')}', threads: 2 });
      const window = windowOf('adherence', 'mu-1', '2024-01-01', '2024-01-08');
      for (let load = 0; ; load++) {
        const days = [...Array(7).keys()].map((day) => dayMetrics(day * 86400, { impactSeconds: ${round} * 1000 + load }));
        const users = [...Array(300).keys()].map((user) => ({ userId: 'user-' + user, dayMetrics: days }));
        await loadDocuments(warehouse, window, [adherenceDocument(window, users)], {
          requestedAt: new Date(Date.UTC(2026, 1, 1 + ${round}, 0, 0, load)).toISOString() });
        console.log('loaded', load);
      }`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    // Spread over the loads that follow; whatever instant it is, the promise is the same.
    await new Promise((resolve) => setTimeout(resolve, 37 * round + 11));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
  }
});

function fileHash(): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) if (await holds()) return;
  throw new Error('it never came true');
}
