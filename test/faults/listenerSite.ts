import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { staffed } from '../support/syncEnvironment.js';
import { ListenerRows } from './listenerRows.js';
import { OwnPostgres } from './ownPostgres.js';
import { OwnTemporal } from './ownTemporal.js';
import { SupervisedWorker } from './supervisedWorker.js';

const WORKERS = 2;
const UNITS = [
  { name: 'Singapore', timeZone: 'Asia/Singapore', agents: 60 },
  { name: 'London', timeZone: 'Europe/London', agents: 20 },
];

/** A live feed in production's shape: two workers, Temporal and PostgreSQL of its own, and an organisation that moves. */
export interface ListenerSite {
  readonly rig: ExportRig;
  readonly workers: readonly SupervisedWorker[];
  readonly rows: ListenerRows;
  readonly directory: string;
  /** Kills the worker that listens; the first of those that are ready, where nobody does. */
  killListener(): Promise<void>;
  /** Stops the process that listens (SIGSTOP), until what it hands over is called. */
  freezeListener(): Promise<() => void>;
  /** Takes the Temporal server away for so long, and settles when it answers again. */
  withoutTemporal(awayMs: number): Promise<void>;
  /** Ends all of it. @param keep leave what was written, but for the warehouse. */
  stop(keep: boolean): Promise<void>;
}

/** Starts everything but the feed. Settles when both workers are ready. */
export async function startListenerSite(seed: number): Promise<ListenerSite> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-listener-'));
  const [temporal, postgres] = await Promise.all([OwnTemporal.start(join(directory, 'server')), OwnPostgres.start()]);
  const own = { address: temporal.address, directory, settings: postgres.settings };
  const rig = await startExportRig(
    'listener',
    { seed, units: UNITS, turnover: false, live: { expandsLeftOut: 0.05, timesKept: 0.3 } },
    own,
  );
  staffed(rig.simulator);
  const supervised = Array.from({ length: WORKERS }, () => new SupervisedWorker(() => rig.startWorker()));
  const address = new URL(postgres.settings['WAREHOUSE_URL'] ?? '');
  address.password = postgres.settings['WAREHOUSE_PASSWORD'] ?? '';
  // In the warehouse's schema.
  const pool = new Pool({ connectionString: address.href, max: 2, options: '-c search_path=rosterline' });
  // A connection that idles as the server ends is of no matter.
  pool.on('error', () => undefined);
  const frozen = new Set<number>();
  const site: ListenerSite = {
    rig,
    workers: supervised,
    rows: new ListenerRows(pool),
    directory,
    async killListener() {
      const pid = await listenerPid(rig);
      for (const worker of supervised)
        if (worker.isReady() && (await worker.ready()).pid === pid) {
          await worker.kill();
          return;
        }
      await (supervised.find((worker) => worker.isReady()) ?? supervised[0])?.kill();
    },
    async freezeListener() {
      const pid = await listenerPid(rig);
      process.kill(pid, 'SIGSTOP');
      frozen.add(pid);
      return () => {
        if (frozen.delete(pid)) process.kill(pid, 'SIGCONT');
      };
    },
    async withoutTemporal(awayMs) {
      await temporal.kill(awayMs);
      await temporal.answers();
    },
    async stop(keep) {
      // Who is frozen cannot end.
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      await Promise.all(supervised.map((worker) => worker.stop()));
      await rig.close();
      await pool.end();
      await Promise.all([temporal, postgres].map((server) => server.stop()));
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(supervised.map((worker) => worker.ready()));
    return site;
  } catch (error) {
    await site.stop(true);
    throw error;
  }
}

/** The feed's workflow id. */
export function feedId({ simulator }: ExportRig): string {
  return `liveFeed/${simulator.organisationId}`;
}

/** The process in which the feed's activity runs, as Temporal knows it; waits until there is one. */
async function listenerPid(rig: ExportRig): Promise<number> {
  return await eventually('a worker that listens', async () => {
    const { raw } = await rig.client.workflow.getHandle(feedId(rig)).describe();
    const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
    return Number(/\d+/.exec(identity)?.[0]) || null;
  });
}
