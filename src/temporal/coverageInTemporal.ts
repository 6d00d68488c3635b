import type { Client } from '@temporalio/client';
import type { NightlySchedule } from '../domain/nightly/nightlySchedule.js';
import { nightlySummaries } from './nightly/nightlySummaries.js';

/** A night that should have been loaded and was not. */
export interface MissedNight {
  /** Name of the nightly load. */
  readonly name: string;
  /** Its nominal time, ISO 8601 UTC; null where its schedule is not on the server, so that none is ever started. */
  readonly since: string | null;
  readonly message: string;
}

/** What Temporal knows of what coverage is to be. */
export interface CoverageInTemporal {
  /** Whether an export of this task queue runs: days that it was asked for may still come. */
  readonly exportsRun: boolean;
  readonly missedNights: readonly MissedNight[];
  /** Nightly loads that somebody paused: nothing is expected to run, and that is said. */
  readonly pausedNights: readonly { readonly name: string; readonly note: string | null }[];
}

/** Asks Temporal whether exports run, and which nights were never loaded. */
export async function coverageInTemporal(
  client: Client,
  config: { readonly nightly: readonly NightlySchedule[]; readonly taskQueue: string },
): Promise<CoverageInTemporal> {
  const [exportsRun, nights] = await Promise.all([
    anyExportRuns(client, config.taskQueue),
    nightlySummaries(client, config),
  ]);
  return {
    exportsRun,
    missedNights: nights.flatMap(({ name, isInFile, isOnServer, overdueSince, lastRun }): MissedNight[] => {
      if (isInFile && !isOnServer)
        return [
          {
            name,
            since: null,
            message: `nightly ${name} is in the configuration and not on the Temporal server: rosterline nightly apply`,
          },
        ];
      if (overdueSince === null) return [];
      const ran = lastRun !== null && Date.parse(lastRun.nominalTime) >= Date.parse(overdueSince);
      const why = ran ? `was started and is not loaded (${lastRun.state})` : 'never started';
      const message = `the night of ${overdueSince} of nightly ${name} ${why}: rosterline nightly describe ${name}`;
      return [{ name, since: overdueSince, message }];
    }),
    pausedNights: nights.filter(({ paused }) => paused).map(({ name, note }) => ({ name, note })),
  };
}

/** Whether an export of the task queue runs. */
export async function anyExportRuns(client: Client, taskQueue: string): Promise<boolean> {
  const query = `WorkflowType = "historyExport" AND ExecutionStatus = "Running" AND TaskQueue = "${taskQueue}"`;
  const { count } = await client.workflow.count(query);
  return count > 0;
}
