import type { Config } from '../../config/loadConfig.js';
import { withClient } from '../../temporal/connectClient.js';
import { type NightlySummary, nightlySummaries } from '../../temporal/nightly/nightlySummaries.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { textTable } from '../textTable.js';
import { instantText, pausedText, runStateText } from './nightlyText.js';

/** Shows each nightly load. */
export async function listNightly(config: Config, output: Output): Promise<ExitCode> {
  return await withClient(async (client) => {
    const schedules = await nightlySummaries(client, config);
    if (schedules.length === 0)
      output.say(
        "there are no nightly loads: 'nightly:' in the configuration says which, and 'nightly apply' makes them",
      );
    else for (const line of listed(schedules)) output.say(line);
    output.result({ schedules });
    return EXIT.done;
  });
}

function listed(schedules: readonly NightlySummary[]): string[] {
  const rows = schedules.map((schedule) => [
    schedule.name,
    schedule.when,
    schedule.paused ? 'paused' : instantText(schedule.next),
    instantText(schedule.lastRun?.nominalTime),
    schedule.lastRun ? runStateText(schedule.lastRun) : null,
    standText(schedule),
  ]);
  return textTable(['name', 'when', 'next', 'last night', 'ended', ''], rows);
}

function standText(schedule: NightlySummary): string {
  if (!schedule.isOnServer) return "not on the server: 'nightly apply' makes it";
  const stands = [
    ...(schedule.overdueSince ? [`OVERDUE since ${instantText(schedule.overdueSince) ?? ''}`] : []),
    ...(schedule.lastRun && ['failed', 'completeWithGaps'].includes(schedule.lastRun.state)
      ? [`'nightly describe ${schedule.name}' says why it is not complete`]
      : []),
    ...(schedule.paused ? [pausedText(schedule)] : []),
    ...(schedule.isInFile ? [] : ['not in the configuration']),
    ...(schedule.differences.length > 0
      ? [
          `changed by hand or not applied (${schedule.differences.map(({ what }) => what).join(', ')}): 'nightly apply' puts it right`,
        ]
      : []),
  ];
  return stands.join('; ');
}
