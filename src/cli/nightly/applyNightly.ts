import type { Config } from '../../config/loadConfig.js';
import { Failure } from '../../domain/failure.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import { withClient } from '../../temporal/connectClient.js';
import {
  type AppliedSchedule,
  applySchedule,
  handleOf,
  nightlyStates,
} from '../../temporal/nightly/nightlySchedules.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { differenceLines, pausedText } from './nightlyText.js';

/** Makes the schedules on the server what the configuration says. */
export async function applyNightly(
  config: Config,
  { dryRun = false, deleteOthers = false }: { readonly dryRun?: boolean; readonly deleteOthers?: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const states = await nightlyStates(client, config);
    if (states.length === 0) throw nothingConfigured();
    const applied: AppliedSchedule[] = [];
    for (const state of states) {
      const { name, described, configured } = state;
      if (configured !== null) {
        applied.push(await applySchedule(client, { ...state, configured }, { taskQueue: config.taskQueue, dryRun }));
        continue;
      }
      if (deleteOthers && !dryRun) await handleOf(client, name).delete();
      applied.push({
        name,
        outcome: deleteOthers ? 'deleted' : 'notInFile',
        differences: [],
        paused: described?.state.paused ?? false,
        note: described?.state.note ?? null,
      });
    }
    for (const each of applied) for (const line of told(each, dryRun)) output.say(line);
    output.result({ dryRun, schedules: applied });
    return EXIT.done;
  });
}

function told(applied: AppliedSchedule, dryRun: boolean): string[] {
  const id = scheduleIdOf(applied.name);
  const would = dryRun ? 'would be ' : '';
  const paused = applied.paused ? ` (${pausedText(applied)}, and stays so)` : '';
  switch (applied.outcome) {
    case 'created':
      return [`${id}: ${would}created`];
    case 'unchanged':
      return [`${id}: unchanged${paused}`];
    case 'changed':
      return [`${id}: ${would}changed${paused}`, ...differenceLines(applied.differences)];
    case 'deleted':
      return [`${id}: ${would}deleted; it is not in the configuration`];
    case 'notInFile':
      return [
        `${id}: is not in the configuration and goes on${paused}; 'rosterline nightly delete ${applied.name}', or apply --delete-others, deletes it`,
      ];
  }
}

function nothingConfigured(): Failure {
  return new Failure(
    'InvalidInput',
    "the configuration has no nightly loads, and the Temporal server has none of this task queue: put 'nightly:' into the file that ROSTERLINE_CONFIG names (rosterline.example.yaml shows one). Nothing was changed.",
  );
}
