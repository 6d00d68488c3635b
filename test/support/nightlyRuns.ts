import type { z } from 'zod';
import { localDateOf, localDays } from '../../src/domain/calendar.js';
import type { NightlyLoadInput } from '../../src/domain/nightly/nightlyLoadInput.js';
import type { NightlyLoadResult } from '../../src/domain/nightly/nightlyLoadResult.js';
import { type NightlySchedule, NightlySchedules } from '../../src/domain/nightly/nightlySchedule.js';
import type { RunningSimulator } from '../../src/simulator/startSimulator.js';
import {
  type AppliedSchedule,
  applySchedule,
  handleOf,
  nightlyState,
} from '../../src/temporal/nightly/nightlySchedules.js';
import type { nightlyLoad } from '../../workflows/nightlyLoad.js';
import { eventually } from './eventually.js';
import type { ExportEnvironment } from './exportEnvironment.js';

export type NightRequest = z.input<typeof NightlyLoadInput>;

/** Local dates that jobs of adherence were made for, and how often each, all units together. */
export function daysAsked(simulator: RunningSimulator): Map<string, number> {
  const asked = new Map<string, number>();
  for (const { body, jobs } of simulator.counts().jobs.requests) {
    const { timeZone, items } = body as { timeZone: string; items: { startDate: string; endDate: string }[] };
    for (const { startDate, endDate } of items)
      for (const { localDate } of localDays(timeZone, localDateOf(timeZone, startDate), localDateOf(timeZone, endDate)))
        asked.set(localDate, (asked.get(localDate) ?? 0) + jobs.length);
  }
  return asked;
}

let runs = 0;

/** Workflow id of the night that `runNight` began last. */
export function lastNightId({ taskQueue }: ExportEnvironment): string {
  return `nightly/${taskQueue}-${runs}`;
}

/** Runs one night without a schedule, as of `nominalTime` where given. */
export async function runNight(environment: ExportEnvironment, request: NightRequest): Promise<NightlyLoadResult> {
  runs++;
  return await environment.client.workflow.execute<typeof nightlyLoad>('nightlyLoad', {
    taskQueue: environment.taskQueue,
    workflowId: lastNightId(environment),
    args: [request],
  });
}

/** An entry of `nightly:` as the file would have it, its name the environment's. */
export function nightlyEntry(environment: ExportEnvironment, entry: object): NightlySchedule {
  const [schedule] = NightlySchedules.parse([{ name: environment.taskQueue, timeZone: 'UTC', ...entry }]);
  if (!schedule) throw new Error('no entry');
  return schedule;
}

/** Applies one entry, as `nightly apply` does. */
export async function applyEntry(environment: ExportEnvironment, entry: object): Promise<AppliedSchedule> {
  const { client, taskQueue } = environment;
  const configured = nightlyEntry(environment, entry);
  const state = await nightlyState(client, configured.name, configured, taskQueue);
  return await applySchedule(client, { ...state, configured }, { taskQueue, dryRun: false });
}

/** The results of the runs that a schedule started, in the order of their nominal times, once there are so many. */
export async function nightsRun(environment: ExportEnvironment, count: number): Promise<NightlyLoadResult[]> {
  const handle = handleOf(environment.client, environment.taskQueue);
  // The second is started when the first has ended.
  const actions = await eventually(
    `${count} nights were started`,
    async () => {
      const { info } = await handle.describe();
      return info.recentActions.length >= count && info.recentActions;
    },
    180_000,
  );
  const results = await Promise.all(
    actions.map(async ({ action }) => {
      const { workflowId, firstExecutionRunId } = action.workflow;
      return (await environment.client.workflow
        .getHandle(workflowId, firstExecutionRunId)
        .result()) as NightlyLoadResult;
    }),
  );
  return results.sort((a, b) => a.nominalTime.localeCompare(b.nominalTime));
}

/** Closes an environment; its schedule of nights, where there is one, begins none any more. */
export async function closeNights(environment: ExportEnvironment): Promise<void> {
  await handleOf(environment.client, environment.taskQueue)
    .delete()
    .catch(() => undefined);
  await environment.close();
}
