import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const DUCKDB = fileURLToPath(new URL('../../node_modules/@duckdb/node-api/lib/index.js', import.meta.url));

/** When it is told to, opens the file as soon as nobody else has it, says so, and holds it until it is ended. */
const HOLD = `
import { once } from 'node:events';
import { DuckDBInstance } from '${DUCKDB}';
process.stdout.write('ready,');
await once(process.stdin, 'data');
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

/** A holder that has started, which takes time on a busy machine, and waits to be told. */
export interface ReadyHolder {
  /** Takes the file, between two loads. @throws Error when there was no such moment. */
  hold(): Promise<WarehouseHolder>;
}

/** Starts one, which takes the file at once. @throws Error when there was no moment for it. */
export async function holdWarehouse(path: string): Promise<WarehouseHolder> {
  return await (await readyHolder(path)).hold();
}

/** Starts one that takes the file when it is told to. */
export async function readyHolder(path: string): Promise<ReadyHolder> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const says = async (word: string): Promise<void> => {
    await eventually(`the process that holds the warehouse says ${word}`, () => said.endsWith(word) || hasEnded(child));
    if (hasEnded(child)) throw new Error('the process that should hold the warehouse has ended');
  };
  await says('ready,');
  return {
    async hold() {
      child.stdin.write('hold');
      await says('held');
      return {
        pid: child.pid ?? 0,
        letGo: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
