import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openFileDestination } from '../../src/publish/fileDestination.js';
import { filesOf } from '../../src/publish/publishManifest.js';
import { sinceMonth } from '../../src/publish/sinceMonth.js';
import { tryLock } from '../../src/temporal/processLock.js';
import { publishedTables } from '../../src/warehouse/publishedTables.js';
import { CAN_MOUNT, mountSmallDisk } from '../support/smallDisk.js';
import { filesUnder, openPublishRig, type PublishRig } from '../support/publishRig.js';

describe('publish to a directory', () => {
  let rig: PublishRig;
  beforeEach(async () => {
    rig = await openPublishRig();
  });
  afterEach(() => rig.close());

  it('gives others every row of the warehouse, by month, and a manifest that tells the truth of each file', async () => {
    const report = await rig.publish();
    expect(report.written.map(({ table, month, rows }) => [table, month, rows])).toEqual([
      ['adherence_day', '2026-01', 2],
      ['adherence_day', '2026-02', 1],
      ['coverage', '2026-01', 1],
      ['coverage', '2026-02', 1],
      ['business_unit', null, 1],
      ['management_unit', null, 1],
      ['agent', null, 1],
      ['activity_code', null, 1],
    ]);
    expect(await rig.read('SELECT * EXCLUDE (month) FROM {adherence_day} ORDER BY ALL')).toEqual(
      await rig.warehouse.query('SELECT * FROM adherence_day ORDER BY ALL'),
    );
    expect(await rig.read('SELECT DISTINCT month, local_date FROM {adherence_day} ORDER BY ALL')).toEqual([
      { month: '2026-01', local_date: '2026-01-30' },
      { month: '2026-02', local_date: '2026-02-02' },
    ]);
    const manifest = await rig.manifest();
    for (const { path, bytes, sha256 } of filesOf(manifest)) {
      const content = await readFile(join(rig.to, path));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    }
    expect([...(await filesUnder(rig.to)).keys()]).toEqual(
      [...filesOf(manifest).map(({ path }) => path), 'manifest.json'].sort(),
    );
    expect(manifest.source.chainHead?.seq).toBe(1);
  });

  it('writes only the months whose days were loaded again', async () => {
    await rig.publish();
    const before = await filesUnder(rig.to);
    await rig.loadDay('2026-02-03', ['ana', 'ben']);
    const report = await rig.publish();

    expect(report.written.map(({ table, month, rows }) => [table, month, rows])).toEqual([
      ['adherence_day', '2026-02', 3],
      ['coverage', '2026-02', 2],
    ]);
    const after = await filesUnder(rig.to);
    const changed = [...after].filter(([path, told]) => before.get(path) !== told).map(([path]) => path);
    expect(changed.map((path) => path.replace(/part-\w+/, 'part'))).toEqual([
      'adherence_day/month=2026-02/part.parquet',
      'coverage/month=2026-02/part.parquet',
      'manifest.json',
    ]);
    expect(after.size).toBe(before.size);
  });

  it('touches nothing when nothing changed', async () => {
    await rig.publish();
    const before = await filesUnder(rig.to);
    const report = await rig.publish({}, '2026-04-01T00:00:00.000Z');
    expect(report).toMatchObject({
      changed: false,
      written: [],
      unchanged: 8,
      publishedAt: '2026-03-02T00:00:00.000Z',
    });
    expect(await filesUnder(rig.to)).toEqual(before);
  });

  it('takes away a month that the warehouse has no longer', async () => {
    await rig.publish();
    await rig.change(`DELETE FROM adherence_day WHERE local_date < '2026-02-01'`);
    await rig.change(`DELETE FROM coverage WHERE local_date < '2026-02-01'`);
    const report = await rig.publish();
    expect(report.removed).toEqual(['adherence_day/month=2026-01', 'coverage/month=2026-01']);
    expect([...(await filesUnder(rig.to)).keys()].filter((path) => path.includes('2026-01'))).toEqual([]);
    expect(await rig.read('SELECT count(*) AS count FROM {adherence_day}')).toEqual([{ count: 1 }]);
  });

  it('writes a file anew that is gone or was cut', async () => {
    const first = await rig.publish();
    const [january, february] = filesOf(await rig.manifest()).filter(({ path }) => path.startsWith('adherence_day/'));
    await rm(join(rig.to, january?.path ?? ''));
    await truncate(join(rig.to, february?.path ?? ''), 100);
    const report = await rig.publish();
    expect(report.written.map(({ table, month }) => [table, month])).toEqual([
      ['adherence_day', '2026-01'],
      ['adherence_day', '2026-02'],
    ]);
    expect(await rig.read('SELECT count(*) AS count FROM {adherence_day}')).toEqual([{ count: 3 }]);
    expect(report.bytes).toBe(first.bytes);
  });

  it("leaves agents' names out unless asked for them, and takes them away again", async () => {
    const columns = async () => (await rig.read('DESCRIBE SELECT * FROM {agent}')).map(({ column_name: name }) => name);
    await rig.publish();
    expect(await columns()).toEqual(['user_id', 'management_unit_id', 'first_seen', 'last_seen']);
    await rig.publish({ names: true });
    expect(await columns()).toContain('name');
    await rig.publish();
    expect(await columns()).not.toContain('name');
    expect((await rig.manifest()).names).toBe(false);
  });

  it('looks only at the tables and months that it is asked for, and keeps the others', async () => {
    await rig.publish();
    await rig.loadDay('2026-01-30', ['ana'], '2026-03-05T00:00:00.000Z');
    await rig.loadDay('2026-02-02', ['ana', 'ben'], '2026-03-05T00:00:00.000Z');
    const report = await rig.publish({ tables: ['adherence_day'], since: '2026-02' });
    expect(report.written.map(({ table, month }) => [table, month])).toEqual([['adherence_day', '2026-02']]);
    expect(await rig.read('SELECT count(*) AS count FROM {adherence_day}')).toEqual([{ count: 4 }]);
    expect(report.tables['coverage']).toEqual({ rows: 2, partitions: 2 });
  });

  const onRoot = CAN_MOUNT ? it : it.skip;
  onRoot('keeps what was published when the disk is full, says so, and goes on where there is room', async () => {
    const disk = mountSmallDisk(rig.to, 256 * 1024);
    try {
      await rig.publish();
      const before = await filesUnder(rig.to);
      await rig.loadDay('2026-02-03', ['ana']);
      // Room for the lock alone.
      disk.fill(4096);
      await expect(rig.publish()).rejects.toMatchObject({
        name: 'Blocked',
        message: expect.stringMatching(/disk .*full.*What was published before is as it was/),
      });
      disk.free();
      expect(await filesUnder(rig.to)).toEqual(before);
      expect((await rig.publish()).written).toHaveLength(2);
    } finally {
      disk.unmount();
    }
  });

  it('refuses a directory with the files of others, and leaves it as it was', async () => {
    await mkdir(rig.to);
    await writeFile(join(rig.to, 'budget.xlsx'), 'figures');
    const before = await filesUnder(rig.to);
    await expect(rig.publish()).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('budget.xlsx'),
    });
    expect(await filesUnder(rig.to)).toEqual(before);
  });

  it('leaves files alone that somebody put beside its own', async () => {
    await rig.publish();
    await writeFile(join(rig.to, 'README.txt'), 'ours');
    await writeFile(join(rig.to, 'adherence_day', 'notes.parquet'), 'ours');
    await rig.publish({ full: true });
    expect(await readFile(join(rig.to, 'README.txt'), 'utf8')).toBe('ours');
    expect(await readFile(join(rig.to, 'adherence_day', 'notes.parquet'), 'utf8')).toBe('ours');
  });

  it('refuses a second publish to the same directory while one is at work', async () => {
    const first = await openFileDestination(rig.to, tryLock);
    await expect(rig.publish()).rejects.toMatchObject({
      name: 'Blocked',
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await first.close();
    expect((await rig.publish()).changed).toBe(true);
  });

  it('refuses to replace what another warehouse published, unless told to', async () => {
    await rig.publish();
    const before = await filesUnder(rig.to);
    await rig.change(`UPDATE custody_seal SET sha256 = repeat('0', 64)`);
    await expect(rig.publish()).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('another warehouse'),
    });
    await expect(rig.publish({ full: true, tables: ['coverage'] })).rejects.toThrow('all tables of it');
    expect(await filesUnder(rig.to)).toEqual(before);
    expect((await rig.publish({ full: true })).written).toHaveLength(8);
  });

  it.each([
    ['{"v":2,"kind":"rosterline-publish"}', 'Blocked', 'newer version'],
    ['{"rows": []}', 'InvalidInput', 'not the manifest'],
  ])('refuses a manifest that it cannot understand: %s', async (text, name, message) => {
    await rig.publish();
    await writeFile(join(rig.to, 'manifest.json'), text);
    const before = await filesUnder(rig.to);
    await expect(rig.publish()).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    expect(await filesUnder(rig.to)).toEqual(before);
  });

  it('knows every column of every table that it publishes', async () => {
    const found = await rig.warehouse.query(
      `SELECT table_name || '.' || column_name || ' ' || data_type AS text FROM duckdb_columns() WHERE internal = false`,
    );
    const inWarehouse = new Set(
      found.map(({ text }) => String(text).replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ')),
    );
    const tables = publishedTables({ names: true });
    const published = tables.flatMap(({ table, columns }) => columns.map(([name, type]) => `${table}.${name} ${type}`));
    const ofTables = [...inWarehouse].filter((text) => tables.some(({ table }) => text.startsWith(`${table}.`)));
    expect(published.sort()).toEqual(ofTables.sort());
  });
});

describe('the first month to publish', () => {
  it.each([
    ['2025-03', '2025-03'],
    ['2025-03-14', '2025-03'],
    ['90d', '2025-12'],
    ['6mo', '2025-09'],
    ['2y', '2024-03'],
    ['March', null],
    ['2025-13', null],
  ])('%s is %s', (text, month) => {
    expect(sinceMonth(text, '2026-03-02T00:00:00.000Z')).toBe(month);
  });
});
