import type { Client } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { lengthText } from '../../domain/nightly/lengthText.js';
import type { NightlyLoadResult } from '../../domain/nightly/nightlyLoadResult.js';
import type { NightRun } from '../../domain/nightly/nightRun.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import { totalChanges } from '../../domain/rowChanges.js';
import { withClient } from '../../temporal/connectClient.js';
import { nightlyRuns } from '../../temporal/nightly/nightlyRuns.js';
import { summaryOf } from '../../temporal/nightly/nightlySummaries.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { textTable } from '../textTable.js';
import { reasonOfFailure } from '../exportReason.js';
import { differenceLines, instantText, pausedText, problemLines, runStateText } from './nightlyText.js';
import { type ScheduleThere, scheduleThere } from './scheduleThere.js';

const RUNS_SHOWN = 7;
const TIMES_SHOWN = 5;

/** A run, what it came to where it has ended well, and why it failed where it did. */
interface ShownRun extends NightRun {
  readonly result: NightlyLoadResult | null;
  readonly problem: string | null;
}

/** Shows one nightly load with its times to come and its last runs. */
export async function describeNightly(config: Config, name: string, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const state = await scheduleThere(client, config, name);
    const summary = await summaryOf(client, state);
    const runs = await shownRuns(client, name);
    const { info, state: stand } = state.described;
    const nextTimes = info.nextActionTimes.slice(0, TIMES_SHOWN).map((time) => time.toISOString());
    for (const line of head(state, summary.when, summary.overdueSince)) output.say(line);
    output.say('');
    output.say(stand.paused ? `${pausedText(stand)}; while it is, nothing is started` : 'next:');
    if (!stand.paused) for (const time of nextTimes) output.say(`  ${instantText(time) ?? ''}`);
    output.say('');
    for (const line of runLines(runs)) output.say(line);
    output.result({
      ...summary,
      scheduleId: scheduleIdOf(name),
      nextTimes,
      remainingRuns: stand.remainingActions ?? null,
      missedCatchUp: info.numActionsMissedCatchupWindow,
      skippedOverlap: info.numActionsSkippedOverlap,
      started: info.numActionsTaken,
      form: state.found,
      runs,
    });
    return EXIT.done;
  });
}

function head(
  { name, found, described, differences, configured }: ScheduleThere,
  when: string,
  overdueSince: string | null,
): string[] {
  const { info, state } = described;
  const count = (what: string, n: number): string[] => (n > 0 ? [`${what} ${n}`] : []);
  return [
    `${scheduleIdOf(name)}: ${when}; overlap ${found.overlap}, catch-up ${lengthText(found.catchUpMs)}, jitter ${lengthText(found.jitterMs)}`,
    `input ${JSON.stringify(found.input)}`,
    [
      `${info.numActionsTaken} started`,
      ...count('too late to be caught up on:', info.numActionsMissedCatchupWindow),
      ...count('skipped because another ran:', info.numActionsSkippedOverlap),
      ...(state.remainingActions === undefined ? [] : [`${state.remainingActions} left, by hand`]),
    ].join('; '),
    ...(overdueSince ? [`OVERDUE: the night of ${instantText(overdueSince) ?? ''} was not loaded`] : []),
    ...(configured ? [] : ['is not in the configuration']),
    ...(differences.length > 0
      ? ["differs from the configuration ('nightly apply' puts it right):", ...differenceLines(differences)]
      : []),
  ];
}

function runLines(runs: readonly ShownRun[]): string[] {
  if (runs.length === 0) return ['nothing has run yet'];
  const rows = runs.map(({ result, ...run }) => {
    const changes = result && totalChanges(result.changes);
    return [
      instantText(run.nominalTime),
      runStateText(run),
      instantText(run.endedAt),
      changes ? changes.inserted : null,
      changes ? changes.changed + changes.deleted : null,
      result ? result.gaps.length : null,
      result ? result.calls.made : null,
    ];
  });
  return [
    ...textTable(['night', 'ended', 'at', 'new rows', 'restated', 'gaps', 'calls'], rows),
    ...runs.flatMap((run) =>
      problemLines(run).map((line) => `the night of ${instantText(run.nominalTime) ?? ''}: ${line}`),
    ),
  ];
}

async function shownRuns(client: Client, name: string): Promise<ShownRun[]> {
  const runs = await nightlyRuns(client, name, RUNS_SHOWN);
  return await Promise.all(
    runs.map(async (run) => {
      const hasResult = run.state === 'complete' || run.state === 'completeWithGaps';
      const { workflowId, runId } = run;
      const ended = async () => (await client.workflow.getHandle(workflowId, runId).result()) as NightlyLoadResult;
      if (hasResult) return { ...run, result: await ended(), problem: null };
      if (run.state !== 'failed') return { ...run, result: null, problem: null };
      return { ...run, result: null, problem: await reasonOfFailure(ended()) };
    }),
  );
}
