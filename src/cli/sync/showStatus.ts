import type { Config } from '../../config/loadConfig.js';
import type { SyncState } from '../../domain/sync/syncState.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { lastRoundOf, type RunningSync, stateOf, withRunningSync } from './runningSync.js';
import { statusText } from './statusText.js';

/** Shows what carries each route and why, and what the sync waits for. */
export async function showStatus(config: Config, output: Output): Promise<ExitCode> {
  return await withRunningSync(config, async (sync) => {
    await tellStatus(sync, await stateOf(sync), output);
    return EXIT.done;
  });
}

/** Tells a state, with the names that the last round has of routes and trunks. */
export async function tellStatus(sync: RunningSync, state: SyncState, output: Output): Promise<void> {
  const last = await lastRoundOf(sync);
  for (const line of statusText(state, last, Date.now())) output.say(line);
  output.result(state);
}
