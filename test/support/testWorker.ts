import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { type Activities, createActivities } from '../../activities/createActivities.js';
import { ExportReporter } from '../../activities/exportReporter.js';
import { JobTimes } from '../../activities/jobTimes.js';
import { LastCustodyCheck } from '../../activities/lastCustodyCheck.js';
import { LIVE_TIMES, type LiveDeps, type LiveTimes } from '../../activities/liveDeps.js';
import { CoverageRules } from '../../src/domain/coverage/coverageRules.js';
import { heldOnArrival } from '../../src/custody/heldOnArrival.js';
import { createDownloadLinks } from '../../src/genesys/downloadLinks.js';
import { createGenesysClient } from '../../src/genesys/createGenesysClient.js';
import { ANY_LOOPBACK_PORT } from '../../src/genesys/genesysClientConfig.js';
import { openFileStore } from '../../src/objects/fileStore.js';
import { DEFAULT_LIVE_SETTINGS } from '../../src/domain/live/liveSettings.js';
import type { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import { type BudgetLink, createBudgetLink } from '../../src/temporal/budgetLink.js';
import { SILENT_LOG } from '../../src/genesys/genesysLog.js';
import { NO_SHARED_BUDGET } from '../../src/genesys/sharedBudget.js';
import { NO_LIVE_WATCHER } from '../../src/telemetry/liveWatcher.js';
import { createWorkers } from '../../src/temporal/createWorkers.js';
import { runWorkers } from '../../src/temporal/runWorkers.js';
import { openDuckdbWarehouse } from '../../src/warehouse/duckdb/openDuckdbWarehouse.js';
import type { Warehouse } from '../../src/warehouse/warehouse.js';
import type { TestClock } from './testClock.js';

/** What a worker of a test works on, and where. */
export interface TestWorkerOptions {
  readonly connection: NativeConnection;
  readonly taskQueue: string;
  readonly simulator: Pick<RunningSimulator, 'url' | 'clientId' | 'clientSecret'>;
  /** Everything it keeps is under here; `objectsDirectory` and `warehousePath` say what is where. */
  readonly directory: string;
  readonly clock: TestClock;
  /** Milliseconds between tries of what a person must mend. */
  readonly probeEveryMs: number;
  /** False for a further worker, which leaves the warehouse to its owner. @default true */
  readonly ownsWarehouse?: boolean;
  /** The configured policy of the trunk sync. */
  readonly syncPolicy?: SyncPolicy;
  /** The live rows, and how patient a listener is; without them it listens to nothing. */
  readonly live?: Pick<LiveDeps, 'store'> &
    Partial<Pick<LiveDeps, 'settings' | 'watcher' | 'listener'>> & { times?: Partial<LiveTimes> };
  /** False for a worker that goes by what it saw itself, as one does whose keeper never answers. @default true */
  readonly sharesBudget?: boolean;
}

/** A worker in this process, on the same code as `rosterline worker`. */
export interface TestWorker {
  readonly warehouse: Warehouse;
  /** Activities that hold a slot now, by task queue. */
  slotsHeld(taskQueue: string): number;
  /** Lets what runs end, and lets go of everything. Once, however often it is called. */
  stop(): Promise<void>;
}

export function objectsDirectory(directory: string): string {
  return join(directory, 'objects');
}

export function warehousePath(directory: string): string {
  return join(directory, 'warehouse', 'warehouse.duckdb');
}

/** A budget that nobody else keeps, and that is known from the start. */
const NOTHING_SHARED: BudgetLink = { ...NO_SHARED_BUDGET, isAlive: () => true, close: () => Promise.resolve() };

/**
 * Starts a worker as `src/temporal/startWorker.ts` does, with a clock of the test's.
 *
 * It knows already that simulated jobs are quick, so that no test waits for it to learn that.
 */
export async function startTestWorker(options: TestWorkerOptions): Promise<TestWorker> {
  const { connection, taskQueue, simulator, directory, clock, ownsWarehouse = true } = options;
  const { url, clientId, clientSecret } = simulator;
  await clock.follow();
  const client = new Client({ connection, workflow: { queryRejectCondition: 'NOT_OPEN' } });
  const budget =
    options.sharesBudget === false
      ? NOTHING_SHARED
      : createBudgetLink({ client, clientId, taskQueue, log: SILENT_LOG, now: clock.now });
  const genesys = createGenesysClient(
    { apiUrl: url, loginUrl: url, clientId, clientSecret, downloadHosts: [ANY_LOOPBACK_PORT] },
    { now: clock.now, budget },
  );
  const warehouse = openDuckdbWarehouse({
    path: warehousePath(directory),
    tempDirectory: join(directory, 'duckdb-temp'),
    // Released at once, so that a test's other processes can take the file between loads.
    idleReleaseMs: 100,
  });
  const stoppingToListen = new AbortController();
  const workers = await createWorkers({
    connection,
    namespace: 'default',
    taskQueue,
    ownsWarehouse,
    activities: following(
      clock,
      createActivities({
        genesys,
        organisation: (await genesys.organization()).value,
        objects: heldOnArrival(openFileStore({ directory: objectsDirectory(directory) })),
        warehouse: ownsWarehouse ? warehouse : null,
        links: createDownloadLinks(),
        jobTimes: quickJobs(),
        lastCustodyCheck: new LastCustodyCheck(join(directory, 'custody-check.json')),
        reporter: new ExportReporter(),
        settings: { provisionalDays: 14, occupancyFormula: 'genesys' },
        coverageRules: CoverageRules.parse({}),
        syncPolicy: options.syncPolicy ?? null,
        live: options.live
          ? {
              settings: DEFAULT_LIVE_SETTINGS,
              watcher: NO_LIVE_WATCHER,
              ...options.live,
              hosts: { apiUrl: url },
              stopping: stoppingToListen.signal,
              times: { ...LIVE_TIMES, ...options.live.times },
            }
          : null,
        scratchDirectory: join(directory, 'scratch'),
        probeEveryMs: options.probeEveryMs,
        now: () => new Date(clock.now()),
      }),
    ),
  });
  const running = runWorkers(workers, budget);
  const ended = Promise.allSettled([running.ended]);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stoppingToListen.abort();
    running.stop();
    const failed = (await ended).find((outcome) => outcome.status === 'rejected');
    await warehouse.release();
    await genesys.close();
    await budget.close();
    if (failed) throw failed.reason as Error;
  };
  return {
    warehouse,
    slotsHeld: (queue) => slotsHeld(workers, queue),
    stop: () => (stopped ??= stop()),
  };
}

/** Every activity, begun by a look at the server's clock. */
function following(clock: TestClock, activities: Activities): Activities {
  const entries = Object.entries(activities) as [string, (...args: unknown[]) => Promise<unknown>][];
  return Object.fromEntries(
    entries.map(([name, run]) => [
      name,
      async (...args: unknown[]) => {
        await clock.follow();
        return await run(...args);
      },
    ]),
  ) as unknown as Activities;
}

function quickJobs(): JobTimes {
  const times = new JobTimes();
  for (let job = 0; job < 32; job++) times.learn({ notDoneMs: 100, doneMs: 300 });
  return times;
}

function slotsHeld(workers: readonly Worker[], queue: string): number {
  return workers
    .filter((worker) => worker.options.taskQueue === queue)
    .reduce((held, worker) => held + worker.getStatus().numInFlightActivities, 0);
}
