import { dirname } from 'node:path';
import type { DuckdbConfig } from '../../config/storageConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { commandLine } from '../../temporal/processIdentity.js';
import type { WarehouseState } from '../../warehouse/duckdb/inspectWarehouse.js';
import { proveWritable } from './directoryProof.js';
import { schemaVersionText } from './schemaVersionText.js';

/**
 * The embedded warehouse's file, and its schema. Does not migrate.
 *
 * @param look at the file, once for the whole command.
 */
export async function checkDuckdb(
  list: Checklist,
  { path }: DuckdbConfig,
  look: () => Promise<WarehouseState>,
): Promise<void> {
  await list.look('warehouse', 'a DuckDB file that nothing but our workers holds', async () =>
    opened(await look(), path),
  );
  await list.look('warehouse schema', 'a version that this program knows', async () => {
    const state = await look().catch(() => {
      throw new Error('the warehouse cannot be opened');
    });
    return schema(state, path);
  });
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
  return schemaVersionText(path, state, 'another file');
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
