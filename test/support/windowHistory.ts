import type { WorkflowHandle } from '@temporalio/client';
import { addDays } from '../../src/domain/calendar.js';
import type { DatasetName } from '../../src/domain/exportWindow.js';
import { windowId } from '../../src/domain/exportWindow.js';
import type { ExportEnvironment } from './exportEnvironment.js';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** One-day windows of the environment's first unit. */
export interface OneDayWindows {
  readonly from: string;
  readonly days: number;
  readonly dataset?: DatasetName;
}

/** What an activity that is not done yet met last, and when it goes on. */
export interface PendingAttempt {
  readonly windowId: string;
  readonly activity: string;
  readonly attempt: number;
  /** Type of the last failure; null before the first. */
  readonly failure: string | null;
  readonly message: string;
  readonly nextAtMs: number;
}

/** Ids of the windows' workflows. */
export function oneDayWindowIds(environment: ExportEnvironment, { from, days, dataset }: OneDayWindows): string[] {
  const managementUnitId = environment.simulator.units[0]?.id ?? '';
  return Array.from({ length: days }, (_, day) =>
    windowId({
      dataset: dataset ?? 'adherence',
      managementUnitId,
      from: addDays(from, day),
      to: addDays(from, day + 1),
    }),
  );
}

/** The activities that these windows wait for now; windows that have not started have none. */
export async function pendingAttempts(
  environment: ExportEnvironment,
  windows: OneDayWindows,
): Promise<PendingAttempt[]> {
  const found = await Promise.all(
    oneDayWindowIds(environment, windows).map(async (id) => await pendingAttemptsOf(environment, id)),
  );
  return found.flat();
}

/** The activities that one workflow waits for now. */
export async function pendingAttemptsOf(environment: ExportEnvironment, id: string): Promise<PendingAttempt[]> {
  const described = await environment.client.workflow
    .getHandle(id)
    .describe()
    .catch(() => null);
  return (described?.raw.pendingActivities ?? []).map((pending) => ({
    windowId: id,
    activity: pending.activityType?.name ?? '',
    attempt: pending.attempt ?? 0,
    failure: pending.lastFailure?.applicationFailureInfo?.type ?? null,
    message: pending.lastFailure?.message ?? '',
    nextAtMs: Number(pending.scheduledTime?.seconds ?? 0) * 1000 + (pending.scheduledTime?.nanos ?? 0) / 1e6,
  }));
}

/** Every event of one run of a workflow; the latest run unless told. */
export async function eventsOf(environment: ExportEnvironment, id: string, runId?: string): Promise<HistoryEvent[]> {
  const { events } = await environment.client.workflow.getHandle(id, runId).fetchHistory();
  return events ?? [];
}

/**
 * Kinds of a run's events, sorted, but for those of workflow tasks: how many of these there are depends on what happened to come
 * together.
 */
export async function stepsOf(environment: ExportEnvironment, id: string): Promise<string[]> {
  const kinds = (await eventsOf(environment, id)).map(
    (event) => Object.keys(event).find((name) => name.endsWith('EventAttributes')) ?? 'unknown',
  );
  return kinds.filter((kind) => !kind.startsWith('workflowTask')).sort();
}
