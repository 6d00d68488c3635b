import type { Client, ScheduleHandle } from '@temporalio/client';
import type { Config } from '../../config/loadConfig.js';
import { scheduleIdOf } from '../../domain/nightly/nightlySchedule.js';
import { withClient } from '../../temporal/connectClient.js';
import { hasBeenHeard } from '../../temporal/nightly/hasBeenHeard.js';
import { handleOf } from '../../temporal/nightly/nightlySchedules.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { scheduleThere } from './scheduleThere.js';

interface Reason {
  readonly reason?: string;
}

/** Pauses a nightly load; its note says why. */
export async function pauseNightly(
  config: Config,
  name: string,
  { reason }: Reason,
  output: Output,
): Promise<ExitCode> {
  return await onSchedule(config, name, output, async (handle) => {
    const note = reason ?? 'paused by an operator';
    await handle.pause(note);
    await hasBeenHeard(handle);
    output.say(
      `${handle.scheduleId} is paused: ${note}. A load that runs goes on; 'rosterline nightly resume' starts loads again.`,
    );
    return { paused: true, note };
  });
}

/** Lets a paused nightly load start again. */
export async function resumeNightly(
  config: Config,
  name: string,
  { reason }: Reason,
  output: Output,
): Promise<ExitCode> {
  return await onSchedule(config, name, output, async (handle) => {
    const note = reason ?? 'resumed by an operator';
    await handle.unpause(note);
    const [next] = (await handle.describe()).info.nextActionTimes;
    output.say(
      `${handle.scheduleId} goes on${next ? `, next at ${next.toISOString()}` : ''}; nights that passed meanwhile are loaded by the next one, or now by 'rosterline nightly trigger'`,
    );
    return { paused: false, note, next: next?.toISOString() ?? null };
  });
}

/** Loads now. */
export async function triggerNightly(config: Config, name: string, output: Output): Promise<ExitCode> {
  return await onSchedule(config, name, output, async (handle) => {
    // Not by the schedule's own policy: `skip` would say nothing and do nothing while a load runs.
    await handle.trigger('BUFFER_ALL');
    await hasBeenHeard(handle);
    output.say(
      `${handle.scheduleId} was asked for a load now, after the one that runs if one does: see 'rosterline nightly describe ${name}'`,
    );
    return { triggered: true };
  });
}

/** Deletes a nightly load from the server. */
export async function deleteNightly(config: Config, name: string, output: Output): Promise<ExitCode> {
  return await onSchedule(config, name, output, async (handle) => {
    await handle.delete();
    const isInFile = config.nightly.some((schedule) => schedule.name === name);
    output.say(
      `${handle.scheduleId} is deleted from the server; a load that runs goes on${isInFile ? "; the configuration still has it, so 'nightly apply' would make it again" : ''}`,
    );
    return { deleted: true };
  });
}

async function onSchedule(
  config: Config,
  name: string,
  output: Output,
  act: (handle: ScheduleHandle, client: Client) => Promise<object>,
): Promise<ExitCode> {
  return await withClient(async (client) => {
    await scheduleThere(client, config, name);
    const outcome = await act(handleOf(client, name), client);
    output.result({ name, scheduleId: scheduleIdOf(name), ...outcome });
    return EXIT.done;
  });
}
