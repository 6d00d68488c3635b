import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import type { z } from 'zod';
import type { HistoryExportInput } from '../../src/domain/historyExportInput.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import type { ExportProgress } from '../../src/domain/exportProgress.js';
import type { historyExport } from '../../workflows/historyExport.js';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import type { HeldPayloads } from './heldPayloads.js';
import { skippingClock, type TestClock, WALL_CLOCK } from './testClock.js';
import { startTestWorker, type TestWorker } from './testWorker.js';

export type ExportRequest = z.input<typeof HistoryExportInput>;
export type ExportHandle = WorkflowHandleWithFirstExecutionRunId<typeof historyExport>;

export interface ExportEnvironmentOptions {
  /** Becomes part of ids, so that environments on one Temporal server never meet. Data is deterministic by it. */
  readonly name: string;
  /** What differs from a small, quick, unlimited organisation of one unit in Singapore. */
  readonly organisation?: Partial<SimulatorOptions>;
  /** @default 500 */
  readonly probeEveryMs?: number;
  /**
   * False where time leaps for long: the time-skipping server (1.38) now and then keeps its clock locked for good after a query that met
   * a workflow's task or its next run, and the budget's keeper is asked by queries before every call. @default true
   */
  readonly sharesBudget?: boolean;
  /** Another than Temporal's, where no budget is shared: the keeper goes by Temporal's. @default the wall clock, or the server's */
  readonly clock?: TestClock;
  /** What the worker is to be slow with. */
  readonly heldPayloads?: HeldPayloads;
}

/** A simulated organisation, a worker on it, and a client of the Temporal server that both use. */
export interface ExportEnvironment {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly clock: TestClock;
  readonly taskQueue: string;
  readonly directory: string;
  readonly simulator: RunningSimulator;
  readonly worker: TestWorker;
  readonly warehouse: Warehouse;
  start(request: ExportRequest, workflowId?: string): Promise<ExportHandle>;
  run(request: ExportRequest): Promise<HistoryExportResult>;
  readonly progress: (handle: ExportHandle) => Promise<ExportProgress>;
  /** Starts another simulated organisation, which is closed with this environment. */
  organisation(options: Partial<SimulatorOptions>): Promise<RunningSimulator>;
  /** Stops the worker and starts one on another simulator, with the same warehouse and objects. */
  moveTo(simulator: RunningSimulator): Promise<void>;
  close(): Promise<void>;
}

/** An environment on the dev server at `address` (see temporalServer.ts). */
export async function exportEnvironment(
  address: string,
  options: ExportEnvironmentOptions,
): Promise<ExportEnvironment> {
  const plugins = options.heldPayloads ? [options.heldPayloads.plugin] : [];
  const connection = await NativeConnection.connect({ address, plugins });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection });
  return await environmentOn(client, connection, options.clock ?? WALL_CLOCK, options, async () => {
    await clientConnection.close();
    await connection.close();
  });
}

/** An environment on a time-skipping server, in which everything goes by that server's clock. */
export async function skippingEnvironment(
  server: TestWorkflowEnvironment,
  options: ExportEnvironmentOptions,
): Promise<ExportEnvironment> {
  const { client, nativeConnection } = server;
  return await environmentOn(client, nativeConnection, skippingClock(server), options, () => server.teardown());
}

async function environmentOn(
  client: Client,
  connection: NativeConnection,
  clock: TestClock,
  options: ExportEnvironmentOptions,
  disconnect: () => Promise<void>,
): Promise<ExportEnvironment> {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-workflows-'));
  const taskQueue = `${options.name.replaceAll(' ', '-')}-${randomUUID().slice(0, 8)}`;
  const simulators: RunningSimulator[] = [];
  const started: ExportHandle[] = [];
  const organisation = async (changes: Partial<SimulatorOptions>): Promise<RunningSimulator> => {
    const simulator = await startSimulator({ ...smallOrganisation(options.name), now: clock.now, ...changes });
    simulators.push(simulator);
    return simulator;
  };
  const workerOn = async (simulator: RunningSimulator): Promise<TestWorker> => {
    const { probeEveryMs = 500, sharesBudget = true } = options;
    return await startTestWorker({
      connection,
      taskQueue,
      simulator,
      directory,
      clock,
      probeEveryMs,
      sharesBudget,
    });
  };
  const simulator = await organisation(options.organisation ?? {});
  let worker = await workerOn(simulator);

  const start = async (request: ExportRequest, workflowId?: string): Promise<ExportHandle> => {
    const handle = await client.workflow.start<typeof historyExport>('historyExport', {
      taskQueue,
      workflowId: workflowId ?? `historyExport/${taskQueue}/${started.length}`,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [request],
    });
    started.push(handle);
    return handle;
  };

  return {
    client,
    connection,
    clock,
    taskQueue,
    directory,
    simulator,
    get worker() {
      return worker;
    },
    get warehouse() {
      return worker.warehouse;
    },
    start,
    run: async (request) => await (await start(request)).result(),
    progress: (handle) => handle.query<ExportProgress>('progress'),
    organisation,
    moveTo: async (other) => {
      await worker.stop();
      worker = await workerOn(other);
    },
    close: async () => {
      // What a failed test left running would be met by nobody; most have ended.
      await Promise.all(started.map((handle) => handle.terminate().catch(() => undefined)));
      await worker.stop();
      await Promise.all(simulators.map(({ clientId }) => endKeeper(client, clientId)));
      await Promise.all(simulators.map((one) => one.close()));
      await disconnect();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A keeper never ends by itself, and another environment of the same name has the same OAuth client. */
async function endKeeper(client: Client, clientId: string): Promise<void> {
  const keeper = client.workflow.getHandle(keeperIdOf(clientId));
  await keeper.terminate().catch(() => undefined);
}

/** Three agents who stay, in one unit whose name is the test's: quick to export, and of ids of its own. */
function smallOrganisation(name: string): SimulatorOptions {
  return {
    seed: createHash('sha256').update(name).digest().readUInt32BE(),
    tokenLimitPerMinute: null,
    jobSeconds: 0.1,
    turnover: false,
    units: [{ name: `${name}, Singapore`, timeZone: 'Asia/Singapore', agents: 3 }],
  };
}
