import type { Client, ScheduleDescription } from '@temporalio/client';
import type { CustodyMemo } from '../../domain/nightly/custodyCheck.js';
import type { NightlySchedule } from '../../domain/nightly/nightlySchedule.js';
import { type NightRun, withForgotten } from '../../domain/nightly/nightRun.js';
import { overdueNight } from '../../domain/nightly/overdueNight.js';
import type { ScheduleDifference } from '../../domain/nightly/scheduleDifferences.js';
import { whenText } from '../../domain/nightly/whenText.js';
import { nightlyRuns } from './nightlyRuns.js';
import { type NightlyState, nightlyStates } from './nightlySchedules.js';
import { matchingTimes } from './matchingTimes.js';

/** One nightly load in a list. Instants are ISO 8601 UTC. */
export interface NightlySummary {
  readonly name: string;
  readonly when: string;
  readonly isOnServer: boolean;
  readonly isInFile: boolean;
  readonly paused: boolean;
  readonly note: string | null;
  readonly differences: readonly ScheduleDifference[];
  /** When it is due next; null while it is paused, or never. */
  readonly next: string | null;
  readonly lastRun: NightRun | null;
  /** The last run that ended complete. */
  readonly lastComplete: NightRun | null;
  /** What the last of its runs that verified the chain of custody found; null where none is known. */
  readonly custody: CustodyMemo | null;
  /** The nominal time that should have been loaded by now and was not. */
  readonly overdueSince: string | null;
}

/** Runs that are looked at: a load that fails for so many nights has been told long before. */
const RUNS = 20;

/** When a night counts as overdue whose schedule is not in the configuration: as the configuration has it by default. */
const OVERDUE_AFTER_SECONDS = 6 * 3600;

/** How far back a night that was never loaded is looked for. */
const DUE_WITHIN_MS = 8 * 86_400_000;

/** What stands on the server and in the configuration, and what ran last. */
export async function nightlySummaries(
  client: Client,
  config: { readonly nightly: readonly NightlySchedule[]; readonly taskQueue: string },
): Promise<NightlySummary[]> {
  const states = await nightlyStates(client, config);
  return await Promise.all(states.map(async (state) => await summaryOf(client, state)));
}

/** One of them. */
export async function summaryOf(client: Client, state: NightlyState): Promise<NightlySummary> {
  const { name, configured, described, found, differences } = state;
  const runs = described ? knownRuns(described, await nightlyRuns(client, name, RUNS)) : [];
  const paused = described?.state.paused ?? false;
  const overdueAfterMs = (configured?.overdueAfter ?? OVERDUE_AFTER_SECONDS) * 1000;
  return {
    name,
    when: found ? whenText(found) : configuredText(configured),
    isOnServer: described !== null,
    isInFile: configured !== null,
    paused,
    note: described?.state.note || null,
    differences,
    next: paused ? null : (described?.info.nextActionTimes[0]?.toISOString() ?? null),
    lastRun: runs[0] ?? null,
    custody: runs.find(({ custody }) => custody !== undefined)?.custody ?? null,
    lastComplete: runs.find(({ state: ended }) => ended === 'complete') ?? null,
    overdueSince:
      described && !paused
        ? await overdueSince(
            client,
            { name, overdueAfterMs, jitterMs: found?.jitterMs ?? 0, since: described.info.createdAt },
            runs,
          )
        : null,
  };
}

function knownRuns({ info }: ScheduleDescription, listed: readonly NightRun[]): NightRun[] {
  const started = info.recentActions.map(({ action, scheduledAt, takenAt }) => ({
    workflowId: action.workflow.workflowId,
    runId: action.workflow.firstExecutionRunId,
    scheduledAt: scheduledAt.toISOString(),
    startedAt: takenAt.toISOString(),
  }));
  const running = info.runningActions.map(({ workflow }) => workflow.firstExecutionRunId);
  return withForgotten(listed, started, running, Date.now());
}

async function overdueSince(
  client: Client,
  { name, since, ...late }: { name: string; overdueAfterMs: number; jitterMs: number; since: Date },
  runs: readonly NightRun[],
): Promise<string | null> {
  const nowMs = Date.now();
  const fromMs = Math.max(since.getTime(), nowMs - late.overdueAfterMs - DUE_WITHIN_MS);
  return overdueNight(await matchingTimes(client, name, fromMs, nowMs), runs, { nowMs, ...late });
}

function configuredText(configured: NightlySchedule | null): string {
  return `${configured?.at ?? configured?.cron ?? ''} ${configured?.timeZone ?? ''}`.trim();
}
