import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openFileDestination } from '../../src/publish/fileDestination.js';
import { publish, type PublishReport, type PublishRequest } from '../../src/publish/publish.js';
import type { PublishDestination } from '../../src/publish/publishDestination.js';
import type { PublishManifest } from '../../src/publish/publishManifest.js';
import { tryLock } from '../../src/temporal/processLock.js';
import { openDuckdbParquet } from '../../src/warehouse/duckdb/duckdbParquet.js';
import { duckdbFile } from '../../src/warehouse/duckdb/duckdbFile.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { adherenceOf, loadDocuments, windowOf } from './windowLoads.js';

const ALL: PublishRequest = { tables: null, since: null, full: false, names: false };

/** A warehouse in a directory of its own, and a place to publish it to. */
export interface PublishRig {
  readonly directory: string;
  readonly warehousePath: string;
  readonly to: string;
  readonly warehouse: Warehouse;
  /** Loads a day of adherence of these users, asked for at `requestedAt`. */
  loadDay(localDate: string, users: readonly string[], requestedAt?: string): Promise<void>;
  publish(request?: Partial<PublishRequest>, now?: string): Promise<PublishReport>;
  manifest(): Promise<PublishManifest>;
  /** Rows of SQL in which `{table}` is the table as a reader of folders sees it. */
  read(sql: string): Promise<Record<string, unknown>[]>;
  /** Runs SQL in the warehouse, as an administrator might. */
  change(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes one with two months: two agents on 30 January 2026, one on 2 February. */
export async function openPublishRig(): Promise<PublishRig> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-publish-'));
  const warehousePath = join(directory, 'warehouse.duckdb');
  const options = { path: warehousePath, tempDirectory: join(directory, 'temp'), threads: 2 };
  const warehouse = openDuckdbWarehouse(options);
  const to = join(directory, 'published');
  const rig: PublishRig = {
    directory,
    warehousePath,
    to,
    warehouse,
    loadDay: async (localDate, users, requestedAt = '2026-03-01T00:00:00.000Z') => {
      const dayAfter = new Date(Date.parse(localDate) + 86_400_000).toISOString().slice(0, 10);
      const window = windowOf('adherence', 'mu-1', localDate, dayAfter);
      const { sealPath, sealSha256 } = await loadDocuments(warehouse, window, [adherenceOf(window, users, 1)], {
        requestedAt,
      });
      await warehouse.sealsChained([sealPath], { seq: 1, sha256: sealSha256 });
    },
    publish: async (request = {}, now = '2026-03-02T00:00:00.000Z') => {
      const destination = await openFileDestination(to, tryLock);
      return await publishTo(destination, warehousePath, { ...ALL, ...request }, now);
    },
    manifest: async () => JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as PublishManifest,
    read: (sql) =>
      warehouse.query(
        sql.replaceAll(
          /\{(\w+)\}/g,
          (_, table) => `read_parquet('${to}/${table}/**/*.parquet', hive_partitioning = true)`,
        ),
      ),
    change: async (sql) => {
      await duckdbFile({ ...options, memory: '256MB', idleReleaseMs: 0 }).write((connection) => connection.run(sql));
    },
    close: async () => {
      await warehouse.release();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await warehouse.loadStructure({
    businessUnits: [{ id: 'bu-1', name: 'Support' }],
    managementUnits: [
      {
        id: 'mu-1',
        name: 'Kuala Lumpur',
        businessUnitId: 'bu-1',
        timeZone: 'Asia/Singapore',
        startDayOfWeek: 'Monday',
      },
    ],
    agents: [{ userId: 'ana', name: 'Aisyah binti Rahman', managementUnitId: 'mu-1' }],
    activityCodes: [{ businessUnitId: 'bu-1', id: '0', name: 'On queue', category: 'OnQueueWork' }],
    readAt: '2026-03-01T00:00:00.000Z',
  });
  await rig.loadDay('2026-01-30', ['ana', 'ben']);
  await rig.loadDay('2026-02-02', ['ana']);
  return rig;
}

/** Publishes to an open place and closes it. */
export async function publishTo(
  destination: PublishDestination,
  warehousePath: string,
  request: Partial<PublishRequest> = {},
  now = '2026-03-02T00:00:00.000Z',
): Promise<PublishReport> {
  const source = openDuckdbParquet({ path: warehousePath, tempDirectory: `${warehousePath}.tmp`, threads: 2 });
  try {
    return await publish({ source, destination, request: { ...ALL, ...request }, now });
  } finally {
    await destination.close();
  }
}

/** Every file under a directory with what tells that it was written again: inode and time; hidden ones left out. */
export async function filesUnder(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(directory, path).startsWith('.'));
  const told = files.map(async (path) => {
    const { ino, mtimeMs } = await stat(path);
    return [relative(directory, path), `${ino} ${mtimeMs}`] as const;
  });
  return new Map((await Promise.all(told)).sort(([one], [other]) => (one < other ? -1 : 1)));
}
