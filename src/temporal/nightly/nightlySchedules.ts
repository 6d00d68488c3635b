import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
} from '@temporalio/client';
import { Failure } from '../../domain/failure.js';
import type { NightlySchedule } from '../../domain/nightly/nightlySchedule.js';
import { SCHEDULE_PREFIX, scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import { type ScheduleDifference, scheduleDifferences } from '../../domain/nightly/scheduleDifferences.js';
import { desiredForm, type ScheduleForm } from '../../domain/nightly/scheduleForm.js';
import { formOf, scheduleOptions } from './scheduleCodec.js';

/** One nightly load: as the configuration has it, as the server has it, and what differs. */
export interface NightlyState {
  readonly name: string;
  readonly configured: NightlySchedule | null;
  readonly described: ScheduleDescription | null;
  /** What it does on the server; null where it is not there. */
  readonly found: ScheduleForm | null;
  /** Nothing where it is on one side alone. */
  readonly differences: readonly ScheduleDifference[];
}

/** What `apply` did about one nightly load, or would do. */
export interface AppliedSchedule {
  readonly name: string;
  readonly outcome: 'created' | 'changed' | 'unchanged' | 'notInFile' | 'deleted';
  readonly differences: readonly ScheduleDifference[];
  readonly paused: boolean;
  readonly note: string | null;
}

/**
 * The nightly loads of a task queue: those of the configuration, in its order, then those that are on the server alone.
 *
 * Those of other task queues are other organisations' and left out.
 *
 * @throws Failure `InvalidInput` when a name is taken by another task queue's schedule.
 */
export async function nightlyStates(
  client: Client,
  { nightly, taskQueue }: { readonly nightly: readonly NightlySchedule[]; readonly taskQueue: string },
): Promise<NightlyState[]> {
  const states: NightlyState[] = [];
  for (const configured of nightly) states.push(await nightlyState(client, configured.name, configured, taskQueue));
  const names = new Set(nightly.map(({ name }) => name));
  for await (const { scheduleId } of client.schedule.list()) {
    const name = scheduleId.slice(SCHEDULE_PREFIX.length);
    if (!scheduleId.startsWith(SCHEDULE_PREFIX) || names.has(name)) continue;
    names.add(name);
    const described = await describeIfThere(client, name);
    if (described?.action.taskQueue !== taskQueue) continue;
    states.push({ name, configured: null, described, found: formOf(described), differences: [] });
  }
  return states;
}

/** One nightly load by its name. @throws Failure `InvalidInput` when another task queue's schedule has the name. */
export async function nightlyState(
  client: Client,
  name: string,
  configured: NightlySchedule | null,
  taskQueue: string,
): Promise<NightlyState> {
  const described = await describeIfThere(client, name);
  if (!described) return { name, configured, described: null, found: null, differences: [] };
  const found = formOf(described);
  const isOthers = found.taskQueue !== taskQueue && found.workflowId === scheduleIdOf(name);
  if (isOthers && configured)
    throw new Failure(
      'InvalidInput',
      `${scheduleIdOf(name)} is there and starts its loads on task queue ${found.taskQueue}, not ${taskQueue}: if that is another organisation's, give this one another name; if the task queue was renamed, 'rosterline nightly delete ${name}' with the old ROSTERLINE_TASK_QUEUE first. Nothing was changed.`,
    );
  const differences = configured
    ? scheduleDifferences(found, desiredForm(configured, taskQueue, new Date().toISOString()))
    : [];
  return { name, configured, described, found, differences };
}

/**
 * Brings one nightly load about as the configuration has it, and leaves whether it is paused, its note and how many runs it has left.
 *
 * @param dryRun says only what would be done.
 */
export async function applySchedule(
  client: Client,
  state: NightlyState & { readonly configured: NightlySchedule },
  { taskQueue, dryRun }: { taskQueue: string; dryRun: boolean },
): Promise<AppliedSchedule> {
  const { name, differences, described } = state;
  const wanted = scheduleOptions(desiredForm(state.configured, taskQueue, new Date().toISOString()));
  const told = { name, differences, paused: described?.state.paused ?? false, note: described?.state.note ?? null };
  if (!described) {
    if (!dryRun) await createSchedule(client, name, wanted);
    return { ...told, outcome: 'created' };
  }
  if (differences.length === 0) return { ...told, outcome: 'unchanged' };
  if (!dryRun)
    await handleOf(client, name).update(({ state: now, typedSearchAttributes }) => ({
      ...wanted,
      typedSearchAttributes,
      state: now,
    }));
  return { ...told, outcome: 'changed' };
}

/** The schedule of a nightly load, whether it is there or not. */
export function handleOf(client: Client, name: string): ScheduleHandle {
  return client.schedule.getHandle(scheduleIdOf(name));
}

async function createSchedule(client: Client, name: string, wanted: ReturnType<typeof scheduleOptions>): Promise<void> {
  try {
    await client.schedule.create({ scheduleId: scheduleIdOf(name), ...wanted });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    throw new Failure(
      'Conflict',
      `${scheduleIdOf(name)} was made by somebody else at this moment: apply again`,
      {},
      { cause: error },
    );
  }
}

async function describeIfThere(client: Client, name: string): Promise<ScheduleDescription | null> {
  try {
    return await handleOf(client, name).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
