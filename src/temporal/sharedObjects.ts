import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { describeLocation } from '../config/describeLocation.js';
import type { Config } from '../config/loadConfig.js';
import { Failure } from '../domain/failure.js';
import { type Shared, sharedWith } from '../domain/ownerIdentity.js';
import { warehouseQueue } from '../domain/taskQueues.js';
import { objectsMark } from './objectsMark.js';
import { isSingleOwner } from './openWarehouse.js';
import { livePollers, TASK_KINDS } from './pollers.js';

const LOOK_AGAIN_MS = 2_000;

/** An owner that was just killed is still listed while its successor, which has left a new mark, does not poll yet. */
const LOOKS_BEFORE_REFUSAL = 3;

/** A look that nobody answered is no answer. */
const ANSWER_WITHIN_MS = 10_000;

/**
 * Waits until it is known that what this process lands reaches the owner of the warehouse.
 *
 * Objects that some owner has worked on will do while nobody owns the warehouse: `untilOwner` goes on looking.
 *
 * @param say told once what is waited for.
 * @returns null when `stopping` came first.
 * @throws Failure `Blocked` when the owner reads objects elsewhere.
 */
export async function untilShared(
  client: Client,
  config: Config,
  say: (line: string) => void,
  stopping: AbortSignal,
): Promise<Shared | null> {
  for (let look = 1; !stopping.aborted; look++) {
    const shared = await sharedNow(client, config);
    const isUndecided = shared.is === 'elsewhere' && look < LOOKS_BEFORE_REFUSAL;
    const isUnknown = shared.is === 'nobody' && !shared.marked;
    if (!isUndecided && !isUnknown) return orRefuse(shared, config, 'Nothing was started.');
    if (isUnknown && look === 1)
      say(
        `nobody has worked with the objects in ${describeLocation(config.objects)} yet: waiting for the process that owns the warehouse (rosterline dev, or a worker without --only)`,
      );
    await pause(stopping);
  }
  return null;
}

/**
 * Refuses to load beside workers that load from other objects, where all load into one database: each would miss what others land.
 *
 * @throws Failure `Blocked` when those that poll the warehouse's queue read objects elsewhere.
 */
export async function refuseOtherObjects(client: Client, config: Config): Promise<void> {
  for (let look = 1; ; look++) {
    const shared = await sharedNow(client, config);
    if (shared.is !== 'elsewhere') return;
    if (look >= LOOKS_BEFORE_REFUSAL)
      orRefuse(shared, config, 'Nothing was started; a worker that was killed is still seen for a minute and a half.');
    await sleep(LOOK_AGAIN_MS);
  }
}

/**
 * Goes on looking until an owner of the warehouse was seen that reads this process's objects.
 *
 * @throws Failure `Blocked` when one comes that reads others.
 */
export async function untilOwner(client: Client, config: Config, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    // A server that is away for a while is the workers' to complain of.
    const shared = await sharedNow(client, config).catch(() => null);
    if (shared !== null && orRefuse(shared, config, 'This worker has stopped.').is !== 'nobody') return;
    await pause(stopping);
  }
}

async function sharedNow(client: Client, config: Config): Promise<Shared> {
  const { pollers } = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
    client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: warehouseQueue(config.taskQueue) },
      taskQueueType: TASK_KINDS.activity,
    }),
  );
  const identities = livePollers(pollers, Date.now()).map(({ identity }) => identity ?? '');
  return sharedWith(identities, objectsMark(config));
}

function orRefuse(shared: Shared, config: Config, kept: string): Shared {
  const { objects } = config;
  if (shared.is !== 'elsewhere') return shared;
  throw new Failure(
    'Blocked',
    `The objects of this worker are in ${describeLocation(objects)}, and ${shared.owner}, which ${isSingleOwner(config) ? 'owns' : 'loads into'} the warehouse, reads others: ` +
      `what is landed here would not be loaded. ${kept} Give both the same ROSTERLINE_DATA (or OBJECTS_URL), on a disk that both reach.`,
  );
}

async function pause(stopping: AbortSignal): Promise<void> {
  await sleep(LOOK_AGAIN_MS, undefined, { signal: stopping }).catch(() => undefined);
}
