import { dirname } from 'node:path';
import type { Config } from '../../config/loadConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { commandLine } from '../../temporal/processIdentity.js';
import type { WarehouseState } from '../../warehouse/duckdb/inspectWarehouse.js';
import { proveWritable, spaceUnder } from './directoryProof.js';

/** Free space below which an export of any size soon pauses. */
const LEAST_FREE_BYTES = 1024 ** 3;

/**
 * The data directory, the objects, the disk and the warehouse. Makes nothing that stays, and does not migrate.
 *
 * @param look at the warehouse's file, once for the whole command.
 */
export async function checkStorage(
  list: Checklist,
  config: Config,
  look: () => Promise<WarehouseState>,
): Promise<void> {
  await list.look('data directory', 'a directory that can be written', () => writable(config.dataDirectory));
  const inspected = await look().then(
    (state) => ({ state, error: null }),
    (error: unknown) => ({ state: null, error }),
  );
  const { directory } = config.objects;
  await list.look('objects', 'a directory that can be written, on a file system with hard links', async () => {
    const found = await writable(directory);
    const used = inspected.state !== null && inspected.state.state !== 'missing';
    if (!found.value && used)
      throw new Error(
        `${directory} is not there, though there is a warehouse: mount it or put it back, or set OBJECTS_URL to where the objects are`,
      );
    return found;
  });
  await list.look('disk space', 'at least 1 GiB free', () =>
    space([config.dataDirectory, directory, config.warehouse.path]),
  );
  const { path } = config.warehouse;
  await list.look('warehouse', 'a DuckDB file that nothing but our workers holds', async () => {
    if (inspected.state === null) throw inspected.error;
    return await opened(inspected.state, path);
  });
  await list.look('warehouse schema', 'a version that this program knows', () => {
    if (inspected.state === null) throw new Error('the warehouse cannot be opened');
    return schema(inspected.state, path);
  });
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

async function opened(state: WarehouseState, path: string): Promise<Found<true>> {
  if (state.state === 'free') return { value: true, message: `${path} opens` };
  if (state.state === 'missing') {
    await proveWritable(dirname(path));
    return { value: true, message: `${path} is not there yet; it will be made` };
  }
  const { pid, program } = state;
  if (ours(pid))
    return { value: true, message: `${path} is held by a Rosterline process (${pid}), as it should be while it loads` };
  throw new Error(
    `${path} is held by process ${pid} (${commandOf(pid) ?? program ?? 'unknown program'}): close it there; until then an export pauses`,
  );
}

function schema(state: WarehouseState, path: string): Found<true> {
  if (state.state === 'missing') return { value: true, message: 'will be made with the warehouse' };
  if (state.state === 'held') {
    if (ours(state.pid)) return { value: true, message: 'its owner has brought it up to date' };
    throw new Error('not to be seen while another process holds the file');
  }
  const { schemaVersion, newestVersion } = state;
  if (schemaVersion > newestVersion)
    throw new Error(
      `${path} was written by a newer version of Rosterline (its schema is ${schemaVersion}, this version knows ${newestVersion}); it is refused unharmed: use that version, or another file`,
    );
  if (schemaVersion < newestVersion)
    return {
      value: true,
      message: `version ${schemaVersion}; the worker migrates it to ${newestVersion} when it opens it`,
    };
  return { value: true, message: `version ${schemaVersion}` };
}

/** Whether a process is one of our own commands, which let go of the file by themselves. */
function ours(pid: number): boolean {
  return /[\\/]rosterline (worker|dev|demo|check|verify)\b/.test(commandLine(pid));
}

/** Program and plain words of a command; nothing from the first option on, where secrets may be. */
function commandOf(pid: number): string | null {
  const words = commandLine(pid).trim().split(/\s+/);
  const [program = '', ...rest] = words;
  const firstOption = rest.findIndex(
    (word) => !/^[\w./@:-]+$/.test(word) || word.startsWith('-') || word.includes('://'),
  );
  const plain = (firstOption === -1 ? rest : rest.slice(0, firstOption)).slice(0, 2);
  return program === '' ? null : [program, ...plain].join(' ');
}
