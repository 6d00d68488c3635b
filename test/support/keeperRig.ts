import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/createActivities.js';
import { queueRateActivities } from '../../activities/queueRate.js';
import type { BudgetView } from '../../src/domain/budget/budgetView.js';
import type { LimitsTable } from '../../src/domain/budget/limitsTable.js';
import type { Family } from '../../src/domain/family.js';
import { familyQueue } from '../../src/domain/taskQueues.js';
import { SILENT_LOG } from '../../src/genesys/genesysLog.js';
import type { AcceptedCall, CallRefusal } from '../../src/genesys/sharedBudget.js';
import { type BudgetLink, createBudgetLink, keeperIdOf } from '../../src/temporal/budgetLink.js';
import { createWorkers } from '../../src/temporal/createWorkers.js';
import type { HistoryEvent } from './historyTexts.js';
import { queueRate } from './queueRate.js';

/** One OAuth client's keeper on a real server, and workers that tell and ask it. */
export interface KeeperRig {
  readonly client: Client;
  readonly clientId: string;
  readonly taskQueue: string;
  readonly keeper: WorkflowHandle;
  /** A worker's link to the keeper; closed with the rig. */
  link(now?: () => number): BudgetLink;
  /** Stops what runs the keeper. */
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
  view(): Promise<BudgetView>;
  limits(): Promise<LimitsTable>;
  /** The rate that the server keeps on a family's queue, starts a second; null when none. */
  queueRate(family: Family): Promise<number | null>;
  /** Events of the keeper's runs, the latest run last. */
  runs(): Promise<readonly (readonly HistoryEvent[])[]>;
  close(): Promise<void>;
}

/** Starts the workers that run keepers, without anything else that a worker does. */
export async function startKeeperRig(address: string, activities: Partial<Activities> = {}): Promise<KeeperRig> {
  const [connection, clientConnection] = [
    await NativeConnection.connect({ address }),
    await Connection.connect({ address }),
  ];
  const client = new Client({ connection: clientConnection, workflow: { queryRejectCondition: 'NOT_OPEN' } });
  const [clientId, taskQueue] = [randomUUID(), `keeper-${randomUUID().slice(0, 8)}`];
  const keeper = client.workflow.getHandle(keeperIdOf(clientId));
  const links: BudgetLink[] = [];
  let workers: Worker[] = [];
  let ended: Promise<unknown> = Promise.resolve();

  const rig: KeeperRig = {
    client,
    clientId,
    taskQueue,
    keeper,
    link(now) {
      const link = createBudgetLink({ client, clientId, taskQueue, log: SILENT_LOG, ...(now ? { now } : {}) });
      links.push(link);
      return link;
    },
    async startWorkers() {
      const all = { ...queueRateActivities(), ...activities } as Activities;
      workers = await createWorkers({
        connection,
        namespace: 'default',
        taskQueue,
        activities: all,
        ownsWarehouse: false,
      });
      ended = Promise.allSettled(workers.map((worker) => worker.run()));
    },
    async stopWorkers() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
    view: () => keeper.query<BudgetView>('budget'),
    limits: () => keeper.query<LimitsTable>('limits'),
    queueRate: (family) => queueRate(clientConnection, 'default', familyQueue(taskQueue, family)),
    async runs() {
      const found: HistoryEvent[][] = [];
      let runId: string | undefined = (await keeper.describe()).runId;
      while (runId) {
        const { events } = await client.workflow.getHandle(keeper.workflowId, runId).fetchHistory();
        found.unshift([...(events ?? [])]);
        runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
      }
      return found;
    },
    async close() {
      await Promise.all(links.map((link) => link.close()));
      await rig.stopWorkers();
      await keeper.terminate().catch(() => undefined);
      await clientConnection.close();
      await connection.close();
    },
  };
  await rig.startWorkers();
  return rig;
}

/** A refusal as the client tells it, of now. */
export function refusal(changes: Partial<Omit<CallRefusal, 'untilMs'>> = {}): CallRefusal {
  const receivedMs = Date.now();
  return {
    callId: randomUUID(),
    family: 'wfm-jobs',
    gate: 'wfm-jobs',
    lane: 'backfill',
    sentMs: receivedMs - 20,
    receivedMs,
    toldMs: 30_000,
    untilMs: receivedMs + (changes.toldMs ?? 30_000),
    status: 429,
    limitKey: null,
    limitNamespace: null,
    announced: false,
    jobsInFlight: null,
    ...changes,
  };
}

/** A call that got through, of now. */
export function acceptedCall(changes: Partial<AcceptedCall> = {}): AcceptedCall {
  const receivedMs = Date.now();
  return { family: 'wfm-jobs', lane: 'backfill', sentMs: receivedMs - 20, receivedMs, counters: null, ...changes };
}
