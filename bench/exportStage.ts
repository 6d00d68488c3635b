import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ExportProgress } from '../src/domain/exportProgress.js';
import type { HistoryExportResult } from '../src/domain/historyExportResult.js';
import type { NightlyLoadResult } from '../src/domain/nightly/nightlyLoadResult.js';
import type { SimulatorCounts } from '../src/simulator/control/counters.js';
import type { SimulatorOptions } from '../src/simulator/simulatorOptions.js';
import { withStageParts } from './stageParts.js';
import { startWorkerProcess } from './startProcesses.js';

/** Everything an export needs, all real but the organisation, each in a process of its own. */
export interface ExportStage {
  /** Process ids of those who work during an export. */
  readonly processes: { readonly worker: number; readonly 'Temporal server': number; readonly simulator: number };
  /** Process ids of all workers. */
  readonly workers: readonly number[];
  counts(): Promise<SimulatorCounts>;
  /** Forgets what was counted so far. */
  resetCounts(): Promise<void>;
  /** Runs an export to its end, telling how far it is now and then. */
  export(input: object, onProgress: (progress: ExportProgress) => void): Promise<HistoryExportResult>;
  /** Runs one night of the nightly load to its end, telling how far its exports are now and then. */
  nightly(input: object, onProgress: (progress: ExportProgress) => void): Promise<NightlyLoadResult>;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 2000;

/**
 * Starts a Temporal server on a file, the simulator and `rosterline worker`, all in a directory that goes with them.
 *
 * @param options.workers how many, one unless given; `settings` are theirs, such as stores elsewhere.
 */
export async function startExportStage(
  organisation: SimulatorOptions,
  say: (line: string) => void,
  options: { readonly workers?: number; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<ExportStage> {
  return await withStageParts(organisation, say, async ({ directory, server, client, simulator, closing }) => {
    const { settings = {} } = options;
    const start = async () =>
      await startWorkerProcess(simulator.ready, server.address, directory, closing, { settings });
    const worker = await start();
    const more = await Promise.all(Array.from({ length: (options.workers ?? 1) - 1 }, start));
    let exports = 0;
    return {
      processes: { worker: worker.pid, 'Temporal server': server.pid, simulator: simulator.pid },
      workers: [worker, ...more].map(({ pid }) => pid),
      counts: async () => (await (await fetch(`${simulator.ready.controlUrl}/counts`)).json()) as SimulatorCounts,
      resetCounts: async () => {
        await fetch(`${simulator.ready.controlUrl}/reset`, { method: 'POST' });
      },
      export: (input, onProgress) => runExport(client, `historyExport/bench-${++exports}`, input, onProgress),
      nightly: (input, onProgress) => runNight(client, `nightly/bench-${++exports}`, input, onProgress),
      close: () => closing.close(),
    };
  });
}

async function runExport(
  client: Client,
  workflowId: string,
  input: object,
  onProgress: (progress: ExportProgress) => void,
): Promise<HistoryExportResult> {
  const handle = await client.workflow.start('historyExport', { taskQueue: 'rosterline', workflowId, args: [input] });
  return await followed(handle, handle.result() as Promise<HistoryExportResult>, onProgress);
}

async function runNight(
  client: Client,
  workflowId: string,
  input: object,
  onProgress: (progress: ExportProgress) => void,
): Promise<NightlyLoadResult> {
  const handle = await client.workflow.start('nightlyLoad', { taskQueue: 'rosterline', workflowId, args: [input] });
  // Its first export tells for all.
  return await followed(
    client.workflow.getHandle(`${workflowId}/1`),
    handle.result() as Promise<NightlyLoadResult>,
    onProgress,
  );
}

/** Waits for a result, telling meanwhile how far an export is. */
async function followed<T>(
  handle: WorkflowHandle,
  result: Promise<T>,
  onProgress: (progress: ExportProgress) => void,
): Promise<T> {
  const state = { ended: false };
  const looking = (async () => {
    while (!state.ended) {
      // A query that nobody answers in time is no progress to tell.
      const progress = await handle.query<ExportProgress>('progress').catch(() => null);
      if (progress) onProgress(progress);
      await Promise.race([sleep(LOOK_EVERY_MS), result.catch(() => undefined)]);
    }
  })();
  try {
    return await result;
  } finally {
    state.ended = true;
    // The connection is closed next: nothing may still be asked by it.
    await looking;
  }
}
