import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { LiveTimes } from '../../activities/liveDeps.js';
import type { LiveSettings } from '../../src/domain/live/liveSettings.js';
import type { LiveState } from '../../src/domain/live/liveState.js';
import type { ListenerSettings } from '../../src/listener/listenerParts.js';
import type { SyncPolicy } from '../../src/domain/sync/syncPolicy.js';
import type { SimulatorOptions } from '../../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../../src/simulator/startSimulator.js';
import { openDuckdbLiveStore } from '../../src/warehouse/live/openDuckdbLiveStore.js';
import type { LiveStore } from '../../src/warehouse/live/liveStore.js';
import type { liveFeed } from '../../workflows/liveFeed.js';
import { eventually } from './eventually.js';
import { WALL_CLOCK } from './testClock.js';
import { startTestWorker, type TestWorker } from './testWorker.js';

export type FeedHandle = WorkflowHandleWithFirstExecutionRunId<typeof liveFeed>;

/** How a rig differs from a small organisation whose listener is quick. */
export interface LiveRigOptions {
  /** Becomes part of ids. */
  readonly name: string;
  readonly organisation?: Partial<SimulatorOptions>;
  readonly times?: Partial<LiveTimes>;
  readonly listener?: Partial<ListenerSettings>;
  readonly syncPolicy?: (simulator: RunningSimulator) => SyncPolicy;
  /** @default a DuckDB file */
  readonly openStore?: () => LiveStore;
}

/** A simulated organisation, a worker whose listener may listen to it, and the feed's workflow. */
export interface LiveRig {
  readonly client: Client;
  readonly simulator: RunningSimulator;
  readonly taskQueue: string;
  readonly store: LiveStore;
  readonly feedId: string;
  /** @param machineMs what time its machine has; the right one unless given. */
  startWorker(machineMs?: () => number): Promise<TestWorker>;
  start(settings?: Partial<LiveSettings>): Promise<FeedHandle>;
  state(): Promise<LiveState>;
  /** Waits until the feed says that it is whole, under a listener later than the one given. */
  whole(after?: number): Promise<LiveState>;
  close(): Promise<void>;
}

/** Patient enough for a busy machine, and quick enough for a test. */
const QUICK: Partial<LiveTimes> = {
  settleMs: 100,
  reportMs: 50,
  unreadableMs: 100,
  unreadableCallMs: 100,
  quietWriteMs: 500,
};

const TWO_UNITS = [
  { name: 'Leeds', timeZone: 'Europe/London', agents: 4, businessUnit: 'Britain' },
  { name: 'York', timeZone: 'Europe/London', agents: 3, businessUnit: 'Britain' },
];

export async function startLiveRig(address: string, options: LiveRigOptions): Promise<LiveRig> {
  const directory = mkdtempSync(join(tmpdir(), 'rosterline-live-feed-'));
  const connections: NativeConnection[] = [];
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection });
  const taskQueue = `${options.name.replaceAll(' ', '-')}-${randomUUID().slice(0, 8)}`;
  const simulator = await startSimulator({
    // Ids are by the seed, and workflows of two organisations never meet.
    seed: Number.parseInt(createHash('sha256').update(options.name).digest('hex').slice(0, 7), 16),
    units: TWO_UNITS,
    turnover: false,
    tokenLimitPerMinute: null,
    ...options.organisation,
  });
  const openStore =
    options.openStore ??
    (() => openDuckdbLiveStore({ path: join(directory, 'live.duckdb'), tempDirectory: join(directory, 'temp') }));
  const store = openStore();
  const workers: TestWorker[] = [];
  const feedId = `liveFeed/${simulator.organisationId}`;
  const started: FeedHandle[] = [];
  const rig: LiveRig = {
    client,
    simulator,
    taskQueue,
    store,
    feedId,
    async startWorker(machineMs = Date.now) {
      // One each: the SDK refuses two workers of a queue on one connection.
      const connection = await NativeConnection.connect({ address });
      connections.push(connection);
      const worker = await startTestWorker({
        connection,
        taskQueue,
        simulator,
        directory,
        clock: { ...WALL_CLOCK, now: machineMs },
        probeEveryMs: 500,
        sharesBudget: false,
        ...(options.syncPolicy && { syncPolicy: options.syncPolicy(simulator) }),
        live: { store, times: { ...QUICK, ...options.times }, ...(options.listener && { listener: options.listener }) },
      });
      workers.push(worker);
      return worker;
    },
    async start(settings) {
      const handle = await client.workflow.start<typeof liveFeed>('liveFeed', {
        taskQueue,
        workflowId: feedId,
        args: settings ? [{ settings }] : [],
      });
      started.push(handle);
      return handle;
    },
    state: () => client.workflow.getHandle(feedId).query<LiveState>('state'),
    whole: async (after = 0) =>
      await eventually('the feed says that it is whole', async () => {
        const state = await rig.state();
        return state.whole && state.takeOver > after ? state : null;
      }),
    async close() {
      await Promise.all(started.map((handle) => handle.terminate().catch(() => undefined)));
      await Promise.all(workers.map((worker) => worker.stop()));
      await store.release();
      await simulator.close();
      await clientConnection.close();
      await Promise.all(connections.map((connection) => connection.close()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return rig;
}
