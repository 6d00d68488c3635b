import type { Config } from '../../config/loadConfig.js';
import type { FileObjectsConfig } from '../../config/storageConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { proveWritable, spaceUnder } from './directoryProof.js';
import { checkDuckdb } from './duckdbChecks.js';
import type { WarehouseLook } from './lookAtWarehouse.js';
import { checkPostgres } from './postgresChecks.js';
import { checkBucket } from './s3Checks.js';

/** Free space below which an export of any size soon pauses. */
const LEAST_FREE_BYTES = 1024 ** 3;

/**
 * The data directory, the objects, the disk and the warehouse. Makes nothing that stays, and does not migrate.
 *
 * @param look at the warehouse, once for the whole command.
 */
export async function checkStorage(list: Checklist, config: Config, look: () => Promise<WarehouseLook>): Promise<void> {
  await list.look('data directory', 'a directory that can be written', () => writable(config.dataDirectory));
  const { objects, warehouse } = config;
  if (objects.kind === 'file') await checkDirectory(list, objects, look);
  else await checkBucket(list, objects);
  await list.look('disk space', 'at least 1 GiB free', () => space(directoriesOf(config)));
  if (warehouse.kind === 'duckdb') await checkDuckdb(list, warehouse, async () => there((await look()).duckdb));
  else await checkPostgres(list, warehouse, async () => there((await look()).postgres));
}

function there<T>(found: T | null): T {
  if (found === null) throw new Error('the warehouse is of another kind than the settings say');
  return found;
}

async function checkDirectory(
  list: Checklist,
  { directory }: FileObjectsConfig,
  look: () => Promise<WarehouseLook>,
): Promise<void> {
  await list.look('objects', 'a directory that can be written, on a file system with hard links', async () => {
    const found = await writable(directory);
    const used = await look().then(
      ({ isUsed }) => isUsed,
      () => false,
    );
    if (!found.value && used)
      throw new Error(
        `${directory} is not there, though there is a warehouse: mount it or put it back, or set OBJECTS_URL to where the objects are`,
      );
    return found;
  });
}

/** Where this process writes on its own disks. */
function directoriesOf({ dataDirectory, objects, warehouse }: Config): string[] {
  return [
    dataDirectory,
    ...(objects.kind === 'file' ? [objects.directory] : [objects.spoolDirectory]),
    ...(warehouse.kind === 'duckdb' ? [warehouse.path] : []),
  ];
}

async function writable(directory: string): Promise<Found<boolean>> {
  const there = await proveWritable(directory);
  return { value: there, message: there ? directory : `${directory} is not there yet; it will be made` };
}

async function space(paths: readonly string[]): Promise<Found<number>> {
  const disks = new Map<number, { freeBytes: number; path: string }>();
  for (const path of paths) {
    const { freeBytes, device } = await spaceUnder(path);
    if (!disks.has(device)) disks.set(device, { freeBytes, path });
  }
  const least = Math.min(...[...disks.values()].map(({ freeBytes }) => freeBytes));
  const told = [...disks.values()]
    .map(({ freeBytes, path }) => `${gibibytes(freeBytes)} free under ${path}`)
    .join(', ');
  return least < LEAST_FREE_BYTES
    ? { value: least, message: `${told}: an export pauses when the disk is full; free some space`, warning: true }
    : { value: least, message: told };
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
