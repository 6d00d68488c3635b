import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { describeLocation } from '../../config/describeLocation.js';
import { loadConfig } from '../../config/loadConfig.js';
import type { HistoryExportResult } from '../../domain/historyExportResult.js';
import type { ExportProgress } from '../../domain/exportProgress.js';
import type { VerifyReport } from '../../custody/verifyReport.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../temporal/embeddedServer.js';
import { duration, progressText } from '../progressText.js';
import type { StatusLine } from '../statusLine.js';
import { verifyStores } from '../verifyStores.js';
import { type ChildCommand, startChildCommand } from './childCommand.js';
import { type Counts, SimulatorControl } from './simulatorControl.js';
import type { Closing } from '../closing.js';
import { sweepDemo } from './sweepDemo.js';
import { countSteps, windowSteps } from './windowSteps.js';

/** One year of two units, as a data engineer would ask for it. */
const REQUEST = { datasets: ['adherence', 'occupancy'], from: '2024-01-01', to: '2025-01-01' };
const WORKFLOW_ID = 'historyExport/demo';
const SIMULATE = ['simulate', '--port', '0', '--seed', '7', '--job-seconds', '0.5-3'];

/** The forced refusal: the first POSTs meet it, with every parallel window still to ask. */
const REFUSAL = {
  kind: 'throttle',
  method: 'POST',
  path: '/api/v2/workforcemanagement/adherence/historical/bulk',
  retryAfter: 5,
  times: 1,
  closes: true,
};

/** Share of the windows after which the worker is killed. */
const KILL_AFTER = 0.3;
/** A download slow enough to be met under way. */
const SLOW_DOWNLOAD = { kind: 'downloadRate', bytesPerSecond: 10_000, times: null };
const LOOK_EVERY_MS = 200;
/** Windows that wait behind the gate before the demonstration goes on. */
const WAITING_AT_LEAST = 4;

export interface DemoReport {
  readonly result: HistoryExportResult;
  readonly counts: Counts;
  readonly verified: VerifyReport;
  readonly kills: number;
  readonly warehouse: string;
  readonly objects: string;
  readonly seconds: number;
}

/** What a demonstration came to, and the Temporal server that still has its history. */
export interface Demo {
  readonly report: DemoReport;
  readonly server: EmbeddedServer;
}

/**
 * The main job, with nothing faked but the organisation: a real Temporal server, the official SDK over HTTP, DuckDB, a killed worker.
 */
export async function runDemo(directory: string, status: StatusLine, closing: Closing): Promise<Demo> {
  const startedAt = Date.now();
  await sweepDemo(directory, status);
  const server = await startEmbeddedServer({ dataDirectory: directory, log: (line) => status.say(line) });
  closing.add(() => server.stop());
  try {
    const simulator = await startChildCommand(SIMULATE, {}, path.join(directory, 'simulator.log'));
    closing.add(() => simulator.stop());
    const env = workerEnvironment(directory, server.address, simulator);
    const startWorker = async (): Promise<ChildCommand> => {
      const worker = await startChildCommand(['worker'], env, path.join(directory, 'worker.log'));
      closing.add(() => worker.stop());
      return worker;
    };
    const connection = await Connection.connect({ address: server.address });
    const control = new SimulatorControl(String(simulator.ready['control']));
    const run = new DemoRun(new Client({ connection }), control, status, startedAt);
    status.say(`a Temporal server (UI ${server.uiUrl}), a simulated organisation and a worker run`);
    const outcome = await run.export(startWorker);
    const config = loadConfig({ ROSTERLINE_DATA: directory }, directory);
    const stores = { objects: describeLocation(config.objects), warehouse: describeLocation(config.warehouse) };
    await outcome.worker.stop();
    const verified = await verifyStores(config, { head: outcome.result.head });
    const counts = await control.counts();
    await connection.close();
    const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
    return { server, report: { result: outcome.result, counts, verified, kills: 1, ...stores, seconds } };
  } finally {
    status.end();
  }
}

class DemoRun {
  private lastText = 'starting';
  private ended = false;

  constructor(
    private readonly client: Client,
    private readonly control: SimulatorControl,
    private readonly status: StatusLine,
    private readonly startedAt: number,
  ) {}

  async export(
    startWorker: () => Promise<ChildCommand>,
  ): Promise<{ result: HistoryExportResult; worker: ChildCommand }> {
    await this.control.fault(REFUSAL);
    let worker = await startWorker();
    const handle = await this.client.workflow.start('historyExport', {
      taskQueue: 'rosterline',
      workflowId: WORKFLOW_ID,
      args: [REQUEST],
      staticSummary: 'Demonstration: one year of two units',
    });
    const result = handle.result() as Promise<HistoryExportResult>;
    const mark = (): void => {
      this.ended = true;
    };
    // Handled where it is awaited, too; until then a failure must not count as unhandled.
    void result.then(mark, mark);
    this.say(`export ${WORKFLOW_ID}: ${REQUEST.datasets.join(' and ')}, ${REQUEST.from} to ${REQUEST.to}`);
    await this.untilRefused();
    await this.until(({ windows }) => windows.done >= windows.total * KILL_AFTER);
    if (this.ended) return { result: await result, worker };
    await this.killWhileDownloading(worker);
    worker = await startWorker();
    this.say(`another worker started (process ${worker.pid}); it goes on where the first one was`);
    await this.until(() => false);
    return { result: await result, worker };
  }

  private async untilRefused(): Promise<void> {
    while (!this.ended && (await this.control.counts()).refused === 0) await this.lookAgain();
    if (this.ended) return;
    this.say(`429 with Retry-After: ${REFUSAL.retryAfter} on a POST that creates a job; its family's gate is closed`);
    const opensAt = Date.now() + REFUSAL.retryAfter * 1000;
    let waiting = 0;
    while (Date.now() < opensAt && waiting < WAITING_AT_LEAST) {
      const steps = await windowSteps(this.client);
      waiting = Math.max(waiting, steps.filter(({ step }) => step === 'request').length);
      await this.lookAgain();
    }
    this.say(`${waiting} windows wait behind the gate; none of them calls before it opens`);
  }

  private async killWhileDownloading(worker: ChildCommand): Promise<void> {
    await this.control.fault(SLOW_DOWNLOAD);
    while (!this.ended && (await this.control.counts()).activeDownloads === 0) await this.lookAgain();
    const steps = await windowSteps(this.client);
    await worker.kill();
    await this.control.clearFaults();
    this.say(`worker (process ${worker.pid}) killed with SIGKILL while a download was under way: ${countSteps(steps)}`);
    for (const { windowId, step } of steps) this.say(`  ${step.padEnd(8)} ${windowId}`);
  }

  /** Looks again and again until the condition holds or the export has ended. */
  private async until(holds: (progress: ExportProgress) => boolean): Promise<void> {
    while (!this.ended) {
      const progress = await this.progress();
      if (progress) this.lastText = progressText(progress, Date.now());
      this.status.show(`${duration(Date.now() - this.startedAt)}: ${this.lastText}`);
      if (progress && progress.windows.total > 0 && holds(progress)) return;
      await this.lookAgain();
    }
  }

  /** Null while no worker answers. */
  private async progress(): Promise<ExportProgress | null> {
    try {
      return await this.client.workflow.getHandle(WORKFLOW_ID).query<ExportProgress>('progress');
    } catch {
      return null;
    }
  }

  private async lookAgain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }

  private say(line: string): void {
    this.status.say(`${duration(Date.now() - this.startedAt).padStart(6)}  ${line}`);
  }
}

function workerEnvironment(directory: string, temporal: string, simulator: ChildCommand): Record<string, string> {
  const { url, clientId, clientSecret } = simulator.ready;
  return {
    GENESYS_API_URL: String(url),
    GENESYS_LOGIN_URL: String(url),
    GENESYS_CLIENT_ID: String(clientId),
    GENESYS_CLIENT_SECRET: String(clientSecret),
    ROSTERLINE_DATA: directory,
    TEMPORAL_ADDRESS: temporal,
  };
}
