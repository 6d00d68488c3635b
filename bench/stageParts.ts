import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Closing } from '../src/cli/closing.js';
import { EXIT } from '../src/cli/output.js';
import type { SimulatorOptions } from '../src/simulator/simulatorOptions.js';
import { type EmbeddedServer, startEmbeddedServer } from '../src/temporal/embeddedServer.js';
import type { SimulatorReady } from './simulatorProcess.js';
import { startSimulatorProcess } from './startProcesses.js';

/** What every stage has: a directory that goes with it, a Temporal server on a file there, and a simulated organisation. */
export interface StageParts {
  readonly directory: string;
  readonly server: EmbeddedServer;
  readonly client: Client;
  readonly simulator: { readonly ready: SimulatorReady; readonly pid: number };
  /** Ends all of it, and what was added, when it is closed. */
  readonly closing: Closing;
}

/** Starts the parts of a stage and sets it up; ends them when that fails, or when the benchmark is interrupted. */
export async function withStageParts<Stage>(
  organisation: SimulatorOptions,
  say: (line: string) => void,
  setUp: (parts: StageParts) => Promise<Stage>,
): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-bench-'));
  const closing = new Closing();
  closing.add(() => rm(directory, { recursive: true, force: true }));
  // The server would outlive an interrupted benchmark.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void closing.close().finally(() => process.exit(EXIT.interrupted)));
  try {
    const server = await startEmbeddedServer({ dataDirectory: directory, log: say });
    closing.add(() => server.stop());
    const simulator = await startSimulatorProcess(organisation, closing);
    const connection = await Connection.connect({ address: server.address });
    closing.add(() => connection.close());
    return await setUp({ directory, server, client: new Client({ connection }), simulator, closing });
  } catch (error) {
    await closing.close();
    throw error;
  }
}
