import { Client, Connection } from '@temporalio/client';
import type { Checklist, Found } from '../../domain/checklist.js';
import { familyQueue, listenerQueue, urgentQueue, warehouseQueue, WORKED_FAMILIES } from '../../domain/taskQueues.js';
import { knownServerVersion } from '../../domain/serverVersion.js';
import type { NightlySchedule } from '../../domain/nightly/nightlySchedule.js';
import { checkFeed, skipFeed } from './feedCheck.js';
import { checkNightly, skipNightly } from './nightlyChecks.js';
import { connectionSettings, type TemporalSettings } from '../../temporal/connectionSettings.js';
import { listeningWorker } from '../../temporal/listeningWorker.js';
import { connectionTrouble } from '../../temporal/connectionTrouble.js';

const CONNECT_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;

/** A poll lasts at most a minute, and then another begins: who has not polled for longer has gone. */
const POLLED_WITHIN_MS = 90_000;

type DescribeTaskQueue = Connection['workflowService']['describeTaskQueue'];
type Poller = Awaited<ReturnType<DescribeTaskQueue>>['pollers'][number];
type TaskKind = NonNullable<Parameters<DescribeTaskQueue>[0]['taskQueueType']>;

/** Kinds of tasks, as Temporal's API numbers them (`TaskQueueType`). */
const KINDS = { workflow: 1, activity: 2 } as unknown as Readonly<Record<'workflow' | 'activity', TaskKind>>;

/**
 * The Temporal server, its version, the namespace, a worker on each task queue, nightly loads and, where one is configured, the live
 * feed. Starts nothing and changes nothing.
 */
export async function checkTemporal(
  list: Checklist,
  {
    taskQueue,
    hasLive,
    nightly,
  }: { readonly taskQueue: string; readonly hasLive: boolean; readonly nightly: readonly NightlySchedule[] },
  now: () => number,
): Promise<void> {
  const queues = queuesOf(taskQueue, hasLive);
  const serverNeeded = 'a Temporal server that answers';
  const settings = await list.look('Temporal settings', "Temporal's own variables or profile file", () => {
    const found = connectionSettings();
    return { value: found, message: `${found.connectionOptions.address}, namespace ${found.namespace}` };
  });
  if (settings === null) return skipFrom(0, 'the settings cannot be read');
  const { connectionOptions, namespace } = settings;
  const { address } = connectionOptions;
  // `Connection.connect` would leave its channel open when it fails.
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: CONNECT_WITHIN_MS });
  const within = async <T>(call: () => Promise<T>): Promise<T> =>
    await connection.withDeadline(Date.now() + ANSWER_WITHIN_MS, call);
  try {
    const version = await list.look('Temporal server', serverNeeded, async () => {
      const info = await answerFrom(connectionOptions, async () => {
        await connection.ensureConnected();
        return await within(() => connection.workflowService.getSystemInfo({}));
      });
      return { value: info.serverVersion, message: `${address} answers` };
    });
    if (version === null) return skipFrom(1, 'no Temporal server answers');
    await list.look('Temporal version', knownServerVersion.needed, () => knownServerVersion.judge(version));
    const found = await list.look('namespace', `the namespace ${namespace}`, async () => {
      await answerFrom(connectionOptions, () =>
        within(() => connection.workflowService.describeNamespace({ namespace })),
      );
      return { value: true, message: namespace };
    });
    if (found === null) return skipFrom(3, 'there is no such namespace');
    const client = new Client({ connection, namespace });
    for (const { name, queue, kinds } of queues)
      await list.look(name, `a worker that polls ${queue}`, async () => {
        const listening =
          queue === listenerQueue(taskQueue) ? await within(() => listeningWorker(client, taskQueue)) : null;
        if (listening !== null) return { value: true as const, message: `${listening} listens` };
        const pollers: Poller[][] = [];
        for (const taskQueueType of kinds) {
          const described = await within(() =>
            connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType }),
          );
          pollers.push(described.pollers);
        }
        return polled(queue, pollers, now());
      });
    await checkNightly(list, client, { nightly, taskQueue }, within);
    await checkFeed(list, { connection, namespace, taskQueue }, hasLive);
  } finally {
    await connection.close();
  }

  function skipFrom(first: number, because: string): void {
    const later: [string, string][] = [
      ['Temporal server', serverNeeded],
      ['Temporal version', knownServerVersion.needed],
      ['namespace', 'the namespace that workers and exports use'],
      ...queues.map(({ name, queue }): [string, string] => [name, `a worker that polls ${queue}`]),
    ];
    for (const [name, needed] of later.slice(first)) list.skip(name, needed, because);
    if (nightly.length > 0) skipNightly(list, because);
    if (hasLive) skipFeed(list, because);
  }
}

function queuesOf(taskQueue: string, hasLive: boolean): { name: string; queue: string; kinds: TaskKind[] }[] {
  return [
    { name: 'worker: workflows', queue: taskQueue, kinds: [KINDS.workflow, KINDS.activity] },
    ...WORKED_FAMILIES.map((family) => ({
      name: `worker: ${family}`,
      queue: familyQueue(taskQueue, family),
      kinds: [KINDS.activity],
    })),
    { name: 'worker: urgent', queue: urgentQueue(taskQueue), kinds: [KINDS.activity] },
    { name: 'worker: warehouse', queue: warehouseQueue(taskQueue), kinds: [KINDS.activity] },
    ...(hasLive ? [{ name: 'worker: listener', queue: listenerQueue(taskQueue), kinds: [KINDS.activity] }] : []),
  ];
}

/** Whether each kind of task is polled for; tells the process that polled last. */
function polled(queue: string, pollersByKind: readonly Poller[][], nowMs: number): Found<true> {
  const live = pollersByKind.map((pollers) =>
    pollers.filter((poller) => nowMs - polledAtMs(poller) < POLLED_WITHIN_MS),
  );
  const all = live.flat().sort((one, other) => polledAtMs(other) - polledAtMs(one));
  const latest = all[0];
  if (latest === undefined || live.some((pollers) => pollers.length === 0))
    throw new Error(
      `no worker polls ${queue}${goneText(pollersByKind.flat(), nowMs)}: start one with 'rosterline worker' (or 'rosterline dev'), with this ROSTERLINE_TASK_QUEUE and namespace; it is seen here once it polls`,
    );
  const workers = new Set(all.map(({ identity }) => identity)).size;
  const seconds = Math.max(0, Math.round((nowMs - polledAtMs(latest)) / 1000));
  return {
    value: true,
    message: `${queue} is polled by ${workers === 1 ? '' : `${workers} workers, the latest `}${latest.identity ?? 'one'}, ${seconds} s ago`,
  };
}

function goneText(pollers: readonly Poller[], nowMs: number): string {
  const lastMs = Math.max(...pollers.map(polledAtMs));
  return Number.isFinite(lastMs) ? ` (the last one did ${Math.round((nowMs - lastMs) / 1000)} s ago)` : '';
}

function polledAtMs({ lastAccessTime }: Poller): number {
  return Number(lastAccessTime?.seconds ?? 0) * 1000 + (lastAccessTime?.nanos ?? 0) / 1e6;
}

/** Runs a call of Temporal's API. @throws Error that says in plain words why there is no answer. */
async function answerFrom<T>(options: TemporalSettings['connectionOptions'], call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new Error(await connectionTrouble(options, error), { cause: error });
  }
}
