import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Closing } from '../src/cli/closing.js';
import { type ChildCommand, startChildCommand } from '../src/cli/demo/childCommand.js';
import type { SimulatorOptions } from '../src/simulator/simulatorOptions.js';
import type { SimulatorReady } from './simulatorProcess.js';

/** A file of the benchmarks that runs as a process of its own, and what it said first. */
export interface ForkedProcess<Ready> {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ready: Ready;
}

/**
 * Runs a file of the benchmarks as a process of its own and waits for its first message. It must end when its parent disconnects.
 *
 * @param file relative to this directory.
 * @param argument what it is told, as JSON.
 * @param options.lowestPriority of all its threads, and of what it starts.
 * @throws Error when it ends before it says anything.
 */
export async function forkProcess<Ready>(
  file: string,
  argument: unknown,
  closing: Closing,
  options: { readonly lowestPriority?: boolean } = {},
): Promise<ForkedProcess<Ready>> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(argument)], {
    // From its start: a priority that is set later holds for one thread.
    ...(options.lowestPriority && {
      execPath: 'nice',
      execArgv: ['-n', '19', process.execPath, ...process.execArgv],
    }),
  });
  closing.add(() => ended(child));
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => ({ message: message as Ready })),
    once(child, 'exit').then(() => null),
  ]);
  if (!ready || child.pid === undefined) throw new Error(`${file} ended before it was ready`);
  return { child, pid: child.pid, ready: ready.message };
}

/** Starts a simulated organisation in a process of its own. */
export async function startSimulatorProcess(
  organisation: SimulatorOptions,
  closing: Closing,
): Promise<{ ready: SimulatorReady; pid: number }> {
  return await forkProcess<SimulatorReady>('simulatorProcess.ts', organisation, closing);
}

/** Starts `rosterline worker` for a simulated organisation. Its log is `worker.log` in its directory. */
export async function startWorkerProcess(
  { url, clientId, clientSecret }: Pick<SimulatorReady, 'url' | 'clientId' | 'clientSecret'>,
  temporalAddress: string,
  directory: string,
  closing: Closing,
  { onlyApi = false, settings = {} }: { onlyApi?: boolean; settings?: Readonly<Record<string, string>> } = {},
): Promise<ChildCommand> {
  const worker = await startChildCommand(
    ['worker', ...(onlyApi ? ['--only', 'api'] : [])],
    {
      GENESYS_API_URL: url,
      GENESYS_LOGIN_URL: url,
      GENESYS_CLIENT_ID: clientId,
      GENESYS_CLIENT_SECRET: clientSecret,
      ROSTERLINE_DATA: directory,
      TEMPORAL_ADDRESS: temporalAddress,
      ...settings,
    },
    join(directory, 'worker.log'),
  );
  closing.add(() => worker.stop());
  return worker;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exited;
}
