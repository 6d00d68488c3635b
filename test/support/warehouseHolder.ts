import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const DUCKDB = fileURLToPath(new URL('../../node_modules/@duckdb/node-api/lib/index.js', import.meta.url));

/** Opens the file as soon as nobody else has it, says so, and holds it until it is ended. */
const HOLD = `
import { DuckDBInstance } from '${DUCKDB}';
for (;;) {
  try {
    globalThis.held = await DuckDBInstance.fromCache(process.argv[1]);
    break;
  } catch {
    await new Promise((again) => setTimeout(again, 20));
  }
}
process.stdout.write('held');
setInterval(() => {}, 1000);
`;

/** A process that has the warehouse file open, as an analyst's shell would. */
export interface WarehouseHolder {
  readonly pid: number;
  /** Ends it, and waits until the file is free. */
  letGo(): Promise<void>;
}

/** Starts one, and waits until it has the file: between two loads. @throws Error when there was no such moment. */
export async function holdWarehouse(path: string): Promise<WarehouseHolder> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await eventually('another process has the warehouse', () => said === 'held' || hasEnded(child));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  if (hasEnded(child)) throw new Error('the process that should hold the warehouse has ended');
  return {
    pid: child.pid ?? 0,
    letGo: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
