import type { Client, ScheduleDescription } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import type { ScheduleForm } from '../../domain/nightly/scheduleForm.js';
import { nightlyState, type NightlyState, nightlyStates } from '../../temporal/nightly/nightlySchedules.js';

/** A nightly load that is on the server. */
export type ScheduleThere = NightlyState & { readonly described: ScheduleDescription; readonly found: ScheduleForm };

/**
 * A nightly load of this task queue by its name.
 *
 * @throws Failure `InvalidInput` where it is not on the server, naming those that are, or is another task queue's.
 */
export async function scheduleThere(client: Client, config: Config, name: string): Promise<ScheduleThere> {
  const configured = config.nightly.find((schedule) => schedule.name === name) ?? null;
  const state = await nightlyState(client, name, configured, config.taskQueue);
  const { described, found } = state;
  if (!described || !found) throw await notThere(client, config, name);
  if (found.taskQueue !== config.taskQueue && configured === null)
    throw new Failure(
      'InvalidInput',
      `${scheduleIdOf(name)} starts its loads on task queue ${found.taskQueue}, not ${config.taskQueue}: nothing was changed. Set ROSTERLINE_TASK_QUEUE to that, if it is meant.`,
    );
  return { ...state, described, found };
}

async function notThere(client: Client, config: Config, name: string): Promise<Failure> {
  const there = (await nightlyStates(client, config)).filter(({ described }) => described).map((state) => state.name);
  const others = there.length === 0 ? 'there is none' : `there are ${there.join(', ')}`;
  const isInFile = config.nightly.some((schedule) => schedule.name === name);
  return new Failure(
    'InvalidInput',
    `no nightly load ${name} is on the Temporal server${isInFile ? ": 'rosterline nightly apply' makes it from the configuration" : `; ${others}`}. Nothing was changed.`,
  );
}
