import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type ChildCommand, startChildCommand } from '../../src/cli/demo/childCommand.js';
import { verifyStores } from '../../src/cli/verifyStores.js';
import { describeLocation } from '../../src/config/describeLocation.js';
import { loadConfig } from '../../src/config/loadConfig.js';
import type { VerifyReport } from '../../src/custody/verifyReport.js';
import type { HistoryExportResult } from '../../src/domain/historyExportResult.js';
import { isFailure } from '../../src/domain/failure.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { openWarehouse } from '../../src/temporal/openWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import { temporalNamespace } from './temporalNamespace.js';
import { temporalServer } from './temporalServer.js';

/** How long a command waits for the warehouse while a worker, idle since its last load, still holds it. */
const WAREHOUSE_WITHIN_MS = 60_000;

/**
 * The whole product around a simulated organisation: a Temporal namespace of its own on the tests' server, `rosterline worker` as a
 * process, DuckDB and objects in a directory of their own.
 */
export interface ExportRig {
  readonly simulator: RunningSimulator;
  readonly client: Client;
  readonly namespace: string;
  /** Everything that is kept, the workers' log among it. */
  readonly directory: string;
  readonly objects: string;
  /** What every command of this rig is run with. */
  readonly environment: Readonly<Record<string, string>>;
  readonly warehousePath: string;
  /** Starts another worker process, with options and settings of its own; `close` stops those that still run. */
  startWorker(options?: readonly string[], settings?: Readonly<Record<string, string>>): Promise<ChildCommand>;
  /** Starts an export as `temporal workflow start` would; hands over its end. */
  start(input: object, workflowId: string): Promise<{ result: Promise<HistoryExportResult> }>;
  /** Runs an export to its end. */
  export(input: object, workflowId: string): Promise<HistoryExportResult>;
  /** Reads the warehouse, waiting while a worker holds its file. */
  read<Result>(use: (warehouse: Warehouse) => Promise<Result>): Promise<Result>;
  verify(head: string): Promise<VerifyReport>;
  close(): Promise<void>;
}

/**
 * Starts all of it but the worker. The process that is tested is what `npm run build` left in `dist`.
 *
 * @param own what is the caller's where it is given: a Temporal server (its namespace `default` is used), a directory that the caller
 *   removes, and settings beside the rig's own, such as a warehouse and objects elsewhere.
 */
export async function startExportRig(
  name: string,
  options: SimulatorOptions,
  own?: {
    readonly address?: string;
    readonly directory?: string;
    readonly settings?: Readonly<Record<string, string>>;
  },
): Promise<ExportRig> {
  const address = own?.address ?? (await temporalServer()).address;
  const simulator = await startSimulator(options);
  const directory = own?.directory ?? (await mkdtemp(join(tmpdir(), `rosterline-${name}-`)));
  const connection = await Connection.connect({ address });
  const namespace = own?.address === undefined ? await temporalNamespace(connection, name) : 'default';
  const client = new Client({ connection, namespace });
  const workers: ChildCommand[] = [];
  const stores = loadConfig({ ROSTERLINE_DATA: directory, ...own?.settings }, directory);
  const environment = {
    GENESYS_API_URL: simulator.url,
    GENESYS_LOGIN_URL: simulator.url,
    GENESYS_CLIENT_ID: simulator.clientId,
    GENESYS_CLIENT_SECRET: simulator.clientSecret,
    ROSTERLINE_DATA: directory,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    ...own?.settings,
  };

  const rig: ExportRig = {
    simulator,
    client,
    namespace,
    directory,
    objects: describeLocation(stores.objects),
    environment,
    warehousePath: describeLocation(stores.warehouse),
    async startWorker(options = [], settings = {}) {
      const env = { ...environment, ...settings };
      const worker = await startChildCommand(['worker', ...options], env, join(directory, 'worker.log'));
      workers.push(worker);
      return worker;
    },
    async start(input, workflowId) {
      const handle = await client.workflow.start('historyExport', {
        taskQueue: 'rosterline',
        workflowId,
        args: [input],
        staticSummary: workflowId,
      });
      const result = handle.result() as Promise<HistoryExportResult>;
      // Handled where it is awaited; until then a failure must not count as unhandled.
      result.catch(() => undefined);
      return { result };
    },
    export: async (input, workflowId) => await (await rig.start(input, workflowId)).result,
    async read(use) {
      const warehouse = openWarehouse(stores, 'verify');
      const giveUpAtMs = Date.now() + WAREHOUSE_WITHIN_MS;
      for (;;) {
        try {
          return await use(warehouse);
        } catch (error) {
          if (!isFailure(error, 'Blocked') || Date.now() > giveUpAtMs) throw error;
          await new Promise((resolve) => setTimeout(resolve, 200));
        } finally {
          await warehouse.release();
        }
      }
    },
    verify: async (head) => await verifyStores(stores, { head }),
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await connection.close();
      await simulator.close();
      if (own?.directory === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
  return rig;
}
