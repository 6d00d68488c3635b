import type { Config } from '../../config/loadConfig.js';
import { startOfLocalDay } from '../../domain/calendar.js';
import { Failure } from '../../domain/failure.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import { withClient } from '../../temporal/connectClient.js';
import { hasBeenHeard } from '../../temporal/nightly/hasBeenHeard.js';
import { matchingTimes } from '../../temporal/nightly/matchingTimes.js';
import { handleOf } from '../../temporal/nightly/nightlySchedules.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { scheduleThere } from './scheduleThere.js';

/** Nights of one backfill: the schedule keeps what it has yet to start, and takes no more than 1,000. */
const MOST_NIGHTS = 400;

/** Runs the nights of some local dates of a schedule's zone, one after the other: `from` inclusive, `to` exclusive. */
export async function backfillNightly(
  config: Config,
  name: string,
  { from, to, dryRun = false }: { readonly from: string; readonly to: string; readonly dryRun?: boolean },
  output: Output,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    const { found } = await scheduleThere(client, config, name);
    // The server leaves out the first instant and takes in the last.
    const startMs = Date.parse(startOfLocalDay(found.timeZone, from)) - 1;
    const endMs = Date.parse(startOfLocalDay(found.timeZone, to)) - 1;
    if (startMs >= endMs) throw refused(`to: ${to} is not after from (${from}); to is exclusive`);
    if (endMs > Date.now()) throw refused(`to: ${to} (exclusive) asks for nights that have not come yet`);
    const nights = await matchingTimes(client, name, startMs, endMs);
    if (nights.length === 0) throw refused(`from: ${scheduleIdOf(name)} has no nominal time from ${from} to ${to}`);
    if (nights.length > MOST_NIGHTS)
      throw refused(
        `from: ${nights.length} nights, and ${MOST_NIGHTS} at most: for months and years, 'rosterline export start' takes far fewer calls`,
      );
    // One after the other whatever the schedule's policy is: `skip` would run the first night alone.
    if (!dryRun) {
      const handle = handleOf(client, name);
      await handle.backfill({ start: new Date(startMs), end: new Date(endMs), overlap: 'BUFFER_ALL' });
      await hasBeenHeard(handle);
    }
    const count = nights.length === 1 ? 'one night' : `${nights.length} nights`;
    output.say(`${scheduleIdOf(name)}: ${count} ${dryRun ? 'would run' : 'run now, one after the other'}`);
    for (const night of nights) output.say(`  ${night}`);
    if (!dryRun) output.say(`see 'rosterline nightly describe ${name}'`);
    output.result({ name, scheduleId: scheduleIdOf(name), dryRun, nights });
    return EXIT.done;
  });
}

function refused(what: string): Failure {
  return new Failure('InvalidInput', `${what}. Nothing was started.`);
}
